"""Message headers as bronze keeps them: JSON text, and the `record-id` of replayed files; pure."""

import base64
from collections.abc import Sequence
from typing import Any

import orjson

RECORD_ID = "record-id"
"""The header that names one record of one file: `<sha256>:<position>`, with `:<index>` where several share one."""

Headers = Sequence[tuple[bytes | str | None, bytes | str | None]]

UNREADABLE: Headers = ((None, "A header's name is not UTF-8; the client cannot show this message's headers."),)
"""What stands for them; the message itself is whole."""


def headers_json(headers: Headers | None) -> str | None:
    """A JSON array of [name, value] in the order sent; what is not UTF-8 of them as {"base64": ...}; null without."""
    if not headers:
        return None
    return orjson.dumps([(_value(name), _value(value)) for name, value in headers]).decode()


def record_id(headers: Headers | None) -> str | None:
    """The value of the last `record-id` header; null without, or when it is no text."""
    found = None
    for name, value in headers or ():
        if name == RECORD_ID:
            found = _value(value)
    return found if isinstance(found, str) else None


def _value(value: bytes | str | None) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
