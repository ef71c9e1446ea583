"""Messages to columns: what Python does once per message is done here, and as little of it as can be.

`map` over an unbound method runs without bytecode per message; message objects live no longer than their chunk.
"""

from collections.abc import Iterable, Sequence

import polars as pl
from confluent_kafka import Message

from resources.kafka.headers import UNREADABLE, Headers, headers_json, record_id

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


FRAME_ROWS = 10_000
FRAME_BYTES = 4 << 20
"""When collected messages become columns: Python objects take more memory than columns do, and a few megabytes of them
are used again and again instead of asking the system for more (50,000 cost 10 % more)."""


class MessageColumns:
    """Collects messages as columns; `size_bytes` counts payloads."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._rows = 0
        self._frames: list[pl.DataFrame] = []
        self._clear()

    def __len__(self) -> int:
        return self._rows

    def add(self, messages: Sequence[Message]) -> Iterable[tuple[int, int]]:
        """Takes the messages of one chunk; returns each partition among them with its last offset."""
        payloads = list(map(Message.value, messages))
        partitions, offsets = list(map(Message.partition, messages)), list(map(Message.offset, messages))
        self._payloads += payloads
        self._keys += map(Message.key, messages)
        self._headers += _headers(messages)
        self._partitions += partitions
        self._offsets += offsets
        self._timestamps += map(Message.timestamp, messages)
        self._rows += len(messages)
        size_bytes = _size(payloads)
        self.size_bytes += size_bytes
        self._waiting_bytes += size_bytes
        if len(self._offsets) >= FRAME_ROWS or self._waiting_bytes >= FRAME_BYTES:
            self._make_frame()
        if partitions.count(partitions[0]) == len(partitions):
            return [(partitions[0], offsets[-1])]
        return dict(zip(partitions, offsets, strict=True)).items()

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
        rows = len(self._offsets)
        times = [milliseconds for _, milliseconds in self._timestamps]
        self._frames.append(
            pl.DataFrame(
                [
                    pl.Series("payload", self._payloads, pl.Binary),
                    pl.Series("key", self._keys, pl.Binary),
                    *self._header_columns(rows),
                    self._partition_column(rows),
                    pl.Series("offset", self._offsets, pl.Int64),
                    pl.Series("timestamp_ms", times, pl.Int64),
                ]
            )
        )
        self._clear()

    def _partition_column(self, rows: int) -> pl.Series:
        first = self._partitions[0]
        if self._partitions.count(first) == rows:
            return _repeated("partition", first, rows, pl.Int64())
        return pl.Series("partition", self._partitions, pl.Int64)

    def _header_columns(self, rows: int) -> list[pl.Series]:
        """`headers` and `record_id`."""
        if not any(self._headers):
            return [_repeated(name, None, rows, pl.String()) for name in ("headers", "record_id")]
        readings = {"headers": headers_json, "record_id": record_id}
        return [pl.Series(name, list(map(read, self._headers)), pl.String) for name, read in readings.items()]


def _headers(messages: Sequence[Message]) -> list[Headers | None]:
    """Each message's headers; the client fails on names that are not UTF-8, and may not be asked for them again."""
    found: list[Headers | None] = []
    waiting = iter(messages)
    while len(found) < len(messages):
        try:
            found.extend(map(Message.headers, waiting))
        except SystemError:
            found.append(UNREADABLE)
    return found


def _repeated(name: str, value: int | None, rows: int, dtype: pl.DataType) -> pl.Series:
    return pl.repeat(value, rows, dtype=dtype, eager=True).alias(name)


def _size(values: Sequence[bytes | None]) -> int:
    try:
        return sum(map(len, values))
    except TypeError:  # tombstones
        return sum(map(len, filter(None, values)))
