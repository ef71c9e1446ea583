"""Receivers: what delivers messages, and how a delivery fails."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from schemas.alerts.message import Message
from schemas.errors import AdvertiseXError

TIMEOUT_SECONDS = 5.0
"""A receiver that does not answer by then is tried again later: others wait behind it."""

RETRYABLE_STATUS = (408, 425, 429)
"""Beside all 5xx: the receiver asks to come back. Other 4xx mean that it will never take this message."""


class DeliveryError(AdvertiseXError):
    """A message was not taken; `for_good` if trying again is of no use."""

    def __init__(self, text: str, for_good: bool = False) -> None:
        super().__init__(text)
        self.for_good = for_good


class Receiver(Protocol):
    """Somebody who is told."""

    @property
    def name(self) -> str:
        """As routes call it."""

    def send(self, message: Message) -> None:
        """Delivers; DeliveryError if the receiver did not take it. May deliver twice after a crash."""


@dataclass(frozen=True)
class HttpPost:
    """Posts bodies to one address, which may hold a secret and is therefore never shown."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, body: bytes, more_headers: dict[str, str] | None = None) -> None:
        """Posts JSON bytes; DeliveryError on anything but a 2xx."""
        headers = {"content-type": "application/json", **self.headers, **(more_headers or {})}
        try:
            answer = httpx.post(self.url, content=body, headers=headers, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            raise DeliveryError(f"{_host(self.url)} did not answer: {type(error).__name__}.") from None
        if not answer.is_success:
            status = answer.status_code
            for_good = 400 <= status < 500 and status not in RETRYABLE_STATUS
            raise DeliveryError(f"{_host(self.url)} answered {status}: {answer.text[:200]}", for_good)


def _host(url: str) -> Any:
    return httpx.URL(url).host
