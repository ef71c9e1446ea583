"""Receiver: an address on loopback that takes alerts as any webhook does, and notes when each arrived."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


@dataclass(frozen=True)
class Arrived:
    """One incident of one message."""

    at: datetime
    action: str
    incident: dict[str, Any]


@dataclass
class Inbox:
    """What has arrived."""

    url: str = ""
    arrived: list[Arrived] = field(default_factory=list)

    def first(self, kind: str, about: str, since: datetime, action: str = "trigger") -> Arrived | None:
        """The first message of a kind whose summary or subject holds `about`, since then."""
        for one in list(self.arrived):
            text = f"{one.incident['subject']} {one.incident['summary']}"
            if one.action == action and one.incident["kind"] == kind and about in text and one.at >= since:
                return one
        return None


@contextmanager
def inbox() -> Iterator[Inbox]:
    """A receiver on a free port of 127.0.0.1, for as long as the block lasts."""
    state = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
            now = datetime.now(UTC)
            state.arrived.extend(Arrived(now, message["action"], one) for one in message["incidents"])
            self.send_response(202)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
