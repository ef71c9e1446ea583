"""A certificate authority and a server certificate for 127.0.0.1, made anew with openssl for one test run."""

import subprocess
from pathlib import Path

from tests.real.requirements import executable

DAYS = "2"  # longer than any test run, too short to be worth stealing


def make_certificates(folder: Path) -> tuple[Path, Path]:
    """Write a CA and a server certificate into `folder`; return (the CA's PEM, the server's PEM with its private key).

    The server's PEM is in the form that a Kafka listener reads as its keystore.
    """
    openssl = executable("OpenSSL", "openssl")
    authority, authority_key = folder / "ca.pem", folder / "ca.key"
    request, key, certificate = folder / "server.csr", folder / "server.key", folder / "server.crt"
    names = folder / "names.cnf"
    names.write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")

    def run(*arguments: str | Path) -> None:
        subprocess.run([openssl, *arguments], check=True, capture_output=True)

    unencrypted_key = ("-newkey", "rsa:2048", "-nodes")
    run("req", "-x509", *unencrypted_key, "-subj", "/CN=advertisex-test-ca", "-days", DAYS,
        "-keyout", authority_key, "-out", authority)  # fmt: skip
    run("req", *unencrypted_key, "-subj", "/CN=localhost", "-keyout", key, "-out", request)
    run("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial",
        "-days", DAYS, "-extfile", names, "-out", certificate)  # fmt: skip
    server = folder / "server.pem"
    server.write_text(key.read_text() + certificate.read_text())
    return authority, server
