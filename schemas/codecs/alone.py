"""Alone: records of a file as messages that can be read without the file."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from schemas.codecs.base import Codec, Record


@runtime_checkable
class Headed(Protocol):
    """A codec whose records may need more than their own bytes."""

    def message_of(self, record: Record) -> bytes:
        """A message that `split` cuts into this one record, with the same header."""


def messages_of(codec: Codec, records: Iterable[Record]) -> list[bytes]:
    """Each record as a message of its own; most are one as they are."""
    if isinstance(codec, Headed):
        return [codec.message_of(record) for record in records]
    return [record.payload for record in records]
