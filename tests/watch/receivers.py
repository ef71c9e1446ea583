"""Real receivers on loopback: an HTTP server that keeps what it was sent, and a mail server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson


@dataclass
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return orjson.loads(self.body)


@dataclass
class HttpReceiver:
    """What came, and what to answer; `status` may be changed at any time."""

    url: str = ""
    status: int = 202
    requests: list[Received] = field(default_factory=list)


def actions(server: HttpReceiver) -> list[str]:
    """Why each message came, in order."""
    return [request.json["action"] for request in server.requests]


@contextmanager
def http_receiver() -> Iterator[HttpReceiver]:
    """A server on a free port of 127.0.0.1."""
    state = HttpReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.requests.append(Received(self.path, headers, body))
            self.send_response(state.status)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
