"""A real S3 server, started for tests: versitygw, built once from its locked Go module in `deploy/object-store`."""

import fcntl
import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from tests.real.processes import Component, free_port, fresh_folder
from tests.real.requirements import CACHE, REPOSITORY, executable, missing

ACCESS_KEY, SECRET_KEY = "advertisex", "advertisex-secret"
BUCKET = "lake"


class ObjectStore(Component):
    """An S3 server on 127.0.0.1 with one bucket; `environment` is what its clients need; objects outlive `stop`."""

    def __init__(self) -> None:
        program, port = server_program(), free_port()
        folder = fresh_folder("object-store")
        (folder / "buckets" / BUCKET).mkdir(parents=True)
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }
        keys = ["--access", ACCESS_KEY, "--secret", SECRET_KEY]
        command = [str(program), "--port", f"127.0.0.1:{port}", "--quiet", *keys, "posix", str(folder / "buckets")]
        super().__init__(f"object-store-{port}", command, folder, self._answers)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url, timeout=1).close()
        except urllib.error.HTTPError:
            return True  # it asks who we are
        except OSError:
            return False
        return True


def server_program() -> Path:
    """The server's binary, built if it is not there. Ends the test when it cannot be built."""
    module = REPOSITORY / "deploy" / "object-store"
    folder = CACHE / "object-store"
    program = folder / "versitygw"
    built_from = folder / "go.sum"
    folder.mkdir(parents=True, exist_ok=True)
    with (CACHE / "object-store.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if program.is_file() and built_from.read_bytes() == (module / "go.sum").read_bytes():
            return program
        # The one that `make test` brings comes first: a system's own may be too old.
        go = executable("Go (to build an S3 server)", str(REPOSITORY / ".venv" / "bin" / "go"), "go")
        variables = {**os.environ, "GOBIN": str(folder), "GOTOOLCHAIN": "local"}
        done = subprocess.run(
            [go, "install", "tool"], cwd=module, env=variables, capture_output=True, text=True, check=False
        )
        if done.returncode:
            missing("S3 server", f"Go could not build it: {done.stderr[-300:]}")
        built_from.write_bytes((module / "go.sum").read_bytes())
    return program


if __name__ == "__main__":
    print(server_program())
