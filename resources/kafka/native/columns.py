"""Columns that the loop fills, and the frames that they become without being copied."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from resources.kafka.headers import headers_json, record_id
from resources.kafka.messages import MESSAGE_SCHEMA
from resources.kafka.native.library import Binary, Columns
from resources.kafka.native.memory import Memory

FRAME_ROWS = 65_536
FRAME_BYTES = 16 << 20
"""Room of one frame, in rows and payload bytes: large frames cost less afterwards, and unused room costs nothing."""

SMALL_BYTES = 1 << 20
"""Room for a frame's keys, and for its headers; more is made where a chunk needs it."""

LENGTHS = struct.Struct("=qq")
"""Before each header: the bytes of its name and of its value, as take.c writes them."""

WORD_BYTES = 8


class _BinaryColumn:
    """One column of bytes with room for so many rows and bytes."""

    def __init__(self, memory: Memory, rows: int, size_bytes: int) -> None:
        self._bytes, self._ends = memory.lend(size_bytes), memory.lend((rows + 1) * WORD_BYTES)
        self._is_there = memory.lend(rows)
        self._ends[:WORD_BYTES] = 0
        addresses = (one.ctypes.data for one in (self._bytes, self._ends, self._is_there))
        self.declared = Binary(size_bytes, *addresses)

    def size_bytes(self, rows: int) -> int:
        """How many bytes the first rows have."""
        return int(self._ends.view(np.int64)[rows])

    def series(self, name: str, rows: int) -> pl.Series:
        """The column as Polars has it."""
        is_there = self._is_there[:rows]
        nulls = rows - int(np.count_nonzero(is_there))
        valid = pa.py_buffer(np.packbits(is_there, bitorder="little")) if nulls else None
        buffers = [valid, pa.py_buffer(self._ends), pa.py_buffer(self._bytes)]
        array = pa.Array.from_buffers(pa.large_binary(), rows, buffers, null_count=nulls)
        return pl.Series(name, array, MESSAGE_SCHEMA.get(name, pl.Binary()))


class Sizes(NamedTuple):
    """How many bytes a message needs."""

    payload: int = 0
    key: int = 0
    headers: int = 0


class FrameColumns:
    """The columns of one frame, being filled through `declared`; there is room for the `first` message at least."""

    def __init__(self, memory: Memory, first: Sizes) -> None:
        self._payload = _BinaryColumn(memory, FRAME_ROWS, max(FRAME_BYTES, first.payload))
        self._key = _BinaryColumn(memory, FRAME_ROWS, max(SMALL_BYTES, first.key))
        self._headers = _BinaryColumn(memory, FRAME_ROWS, max(SMALL_BYTES, first.headers))
        self._numbers = {
            name: memory.lend(FRAME_ROWS * WORD_BYTES) for name in ("partition", "offset", "timestamp_ms")
        }
        binaries = (column.declared for column in (self._payload, self._key, self._headers))
        self.declared = Columns(FRAME_ROWS, 0, *binaries, *(one.ctypes.data for one in self._numbers.values()))

    @property
    def rows(self) -> int:
        """How many are filled."""
        return self.declared.rows  # type: ignore[no-any-return]

    @property
    def size_bytes(self) -> int:
        """The bytes of their payloads."""
        return self._payload.size_bytes(self.rows)

    def last_offsets(self, first: int) -> list[tuple[int, int]]:
        """Each partition among the rows from `first` on, with its last offset."""
        partitions, offsets = (self._number(name)[first:] for name in ("partition", "offset"))
        if (partitions == partitions[0]).all():
            return [(int(partitions[0]), int(offsets[-1]))]
        return list(dict(zip(partitions.tolist(), offsets.tolist(), strict=True)).items())

    def frame(self) -> pl.DataFrame:
        """The rows, as MESSAGE_SCHEMA says; the memory is lent until nothing shows it any more."""
        numbers = {name: pa.py_buffer(lent) for name, lent in self._numbers.items()}
        return pl.DataFrame(
            [
                self._payload.series("payload", self.rows),
                self._key.series("key", self.rows),
                *self._header_columns(),
                *(
                    pl.Series(name, pa.Array.from_buffers(pa.int64(), self.rows, [None, buffer]))
                    for name, buffer in numbers.items()
                ),
            ]
        )

    def _number(self, name: str) -> np.ndarray:
        return self._numbers[name].view(np.int64)[: self.rows]

    def _header_columns(self) -> list[pl.Series]:
        """`headers` and `record_id`."""
        packed = self._headers.series("packed", self.rows)
        readings = {"headers": headers_json, "record_id": record_id}
        if packed.null_count() == len(packed):
            return [pl.repeat(None, len(packed), dtype=pl.String, eager=True).alias(name) for name in readings]
        found = [None if one is None else list(_unpacked(one)) for one in packed]
        return [pl.Series(name, list(map(read, found)), pl.String) for name, read in readings.items()]


def _unpacked(packed: bytes) -> Iterator[tuple[str | bytes, bytes | None]]:
    """The headers of one message: names as text where they are."""
    at = 0
    while at < len(packed):
        name_bytes, value_bytes = LENGTHS.unpack_from(packed, at)
        value_at = at + LENGTHS.size + name_bytes
        at = value_at + max(0, value_bytes)
        name = packed[value_at - name_bytes : value_at]
        yield _text(name), None if value_bytes < 0 else packed[value_at:at]


def _text(name: bytes) -> str | bytes:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name
