"""Real servers that alerts are sent to: a mail server, and an Alertmanager."""

import json
import socket
import urllib.request
from contextlib import contextmanager

from aiosmtpd.controller import Controller

from tests.real.processes import Component, free_port
from tests.real.requirements import executable


@contextmanager
def mail_server():
    letters: list[tuple[list[str], str]] = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            content = envelope.content.decode().replace("=\r\n", "")
            letters.append((envelope.rcpt_tos, content))
            return "250 OK"

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, letters
    finally:
        controller.stop()


@contextmanager
def alertmanager(folder):
    program = executable("Alertmanager", "prometheus-alertmanager", "alertmanager")
    port = free_port()
    folder = folder / "alertmanager"
    folder.mkdir()
    (folder / "am.yml").write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    flags = ["--config.file=am.yml", "--storage.path=data", "--cluster.listen-address="]
    url = f"http://127.0.0.1:{port}"
    component = Component(
        "alertmanager",
        [str(program), *flags, f"--web.listen-address=127.0.0.1:{port}"],
        folder,
        lambda: ready(url),
    )
    component.start()
    try:
        yield url
    finally:
        component.end(keep_log=False)


def ready(url):
    try:
        return urllib.request.urlopen(f"{url}/-/ready", timeout=2).status == 200
    except OSError:
        return False


def active_alerts(url):
    with urllib.request.urlopen(f"{url}/api/v2/alerts?active=true", timeout=5) as answer:
        return json.load(answer)
