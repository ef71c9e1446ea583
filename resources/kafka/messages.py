"""Messages to columns: what Python does once per message is done here, and as little of it as can be.

`map` over an unbound method runs without bytecode per message; message objects live no longer than their chunk.
"""

from collections.abc import Sequence

import polars as pl
from confluent_kafka import Message

from resources.kafka.headers import Headers, headers_json, record_id

MESSAGE_SCHEMA = {
    "payload": pl.Binary(),
    "key": pl.Binary(),
    "headers": pl.String(),
    "record_id": pl.String(),
    "partition": pl.Int64(),
    "offset": pl.Int64(),
    "timestamp_ms": pl.Int64(),
}
"""One row per message; `payload` is null for a tombstone, `timestamp_ms` is negative where the broker has none."""


FRAME_ROWS = 50_000
FRAME_BYTES = 16 << 20
"""When collected messages become columns: Python objects take more memory than the columns do."""


class MessageColumns:
    """Collects messages as columns; `size_bytes` counts payloads and keys."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._rows = 0
        self._frames: list[pl.DataFrame] = []
        self._clear()

    def __len__(self) -> int:
        return self._rows

    def add(self, messages: Sequence[Message]) -> dict[int, int]:
        """Takes the messages of one chunk; returns the last offset of each partition among them."""
        payloads, keys = list(map(Message.value, messages)), list(map(Message.key, messages))
        partitions, offsets = list(map(Message.partition, messages)), list(map(Message.offset, messages))
        self._payloads += payloads
        self._keys += keys
        self._headers += map(Message.headers, messages)
        self._partitions += partitions
        self._offsets += offsets
        self._timestamps += map(Message.timestamp, messages)
        self._rows += len(messages)
        size_bytes = _size(payloads) + _size(keys)
        self.size_bytes += size_bytes
        self._waiting_bytes += size_bytes
        if len(self._offsets) >= FRAME_ROWS or self._waiting_bytes >= FRAME_BYTES:
            self._make_frame()
        return dict(zip(partitions, offsets, strict=True))

    def frames(self) -> list[pl.DataFrame]:
        """All messages as MESSAGE_SCHEMA says, in pieces."""
        if self._offsets:
            self._make_frame()
        return self._frames

    def _clear(self) -> None:
        self._waiting_bytes = 0
        self._payloads: list[bytes | None] = []
        self._keys: list[bytes | None] = []
        self._headers: list[Headers | None] = []
        self._partitions: list[int] = []
        self._offsets: list[int] = []
        self._timestamps: list[tuple[int, int]] = []

    def _make_frame(self) -> None:
        columns = {
            "payload": self._payloads,
            "key": self._keys,
            "partition": self._partitions,
            "offset": self._offsets,
            "timestamp_ms": [milliseconds for _, milliseconds in self._timestamps],
        }
        if any(self._headers):
            columns["headers"] = list(map(headers_json, self._headers))
            columns["record_id"] = list(map(record_id, self._headers))
        else:
            columns["headers"] = columns["record_id"] = [None] * len(self._offsets)
        self._frames.append(pl.DataFrame(columns, schema=MESSAGE_SCHEMA))
        self._clear()


def _size(values: Sequence[bytes | None]) -> int:
    return sum(map(len, filter(None, values)))
