"""Cuts an Avro object container into the bodies of its records, with the writer schema as their header.

Damage costs one `broken` record: what stands between the last good record and the file's next sync marker, behind
which the next block starts.
"""

import io

import fastavro

from schemas.codecs.avro_blocks import (
    SYNC_BYTES,
    Block,
    Damaged,
    Header,
    Truncated,
    read_block,
    read_header,
    unpack,
)
from schemas.codecs.avro_schema import BadSchema, writer_schema
from schemas.codecs.base import BROKEN, BROKEN_LIMIT_BYTES, Record

READ_ERRORS = (
    EOFError,
    IndexError,
    KeyError,
    ValueError,
    TypeError,
    OverflowError,
    RecursionError,
    MemoryError,
)
"""What fastavro raises for bodies that are not of the schema (UnicodeDecodeError is a ValueError)."""


class AvroSplitter:
    """See the module. A position is the offset of a record's block, and `record_index` its place in the block."""

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0
        self._position = 0
        self._header: Header | None = None
        self._damage: Damage | None = None

    def feed(self, chunk: bytes) -> list[Record]:
        """The records of the blocks that this chunk completed."""
        self._position += self._at
        self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        return self._cut(ended=False)

    def finish(self) -> list[Record]:
        """What the end left: the rest of a file that ends inside a block is broken."""
        records = self._cut(ended=True)
        return [*records, self._damage.record()] if self._damage else records

    def _cut(self, ended: bool) -> list[Record]:
        records: list[Record] = []
        while self._at < len(self._buffer):
            try:
                records += self._recover(ended) if self._damage else self._next()
            except Damaged:
                self._damage = Damage(self._position + self._at)
            except Truncated:
                if not ended:
                    break
                self._damage = self._damage or Damage(self._position + self._at)
        return records

    def _next(self) -> list[Record]:
        """The header (which has no records), or the records of the next block."""
        if self._header is None:
            header = read_header(self._buffer[self._at :])
            _check(header.schema)
            self._header, self._at = header, self._at + header.end
            return []
        block = read_block(self._buffer, self._at, self._header.sync)
        records = _records(block, self._header, self._position + self._at)
        self._at = block.end
        return records

    def _recover(self, ended: bool) -> list[Record]:
        """Skips to behind the next sync marker; Truncated when it has not arrived."""
        damage = self._damage or Damage(self._position + self._at)
        found = self._buffer.find(self._header.sync, self._at) if self._header else -1
        kept_back = 0 if ended else SYNC_BYTES - 1  # a marker may be cut by the end of the chunk
        stop = found + SYNC_BYTES if found >= 0 else max(len(self._buffer) - kept_back, self._at)
        damage.add(self._buffer[self._at : stop])
        self._at = stop
        if found < 0 and not ended:
            raise Truncated
        self._damage = None if found >= 0 else damage
        return [damage.record()] if found >= 0 else []


class Damage:
    """Bytes that could not be followed: where they start, and the first of them."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.head = b""

    def add(self, more: bytes) -> None:
        """Notes more of them, up to the limit."""
        self.head += more[: BROKEN_LIMIT_BYTES - len(self.head)]

    def record(self) -> Record:
        """The broken record that stands for them."""
        return Record(self.head, position=self.position, kind=BROKEN)


def _check(schema: str) -> None:
    """Raises Damaged when no record can ever be read by this schema."""
    try:
        writer_schema(schema)
    except BadSchema as error:
        raise Damaged(str(error)) from error


def _records(block: Block, header: Header, position: int) -> list[Record]:
    """The bodies in a block; one `broken` record for its rest when a body is damaged."""
    try:
        data = unpack(header.codec, block.packed)
    except Damaged:
        return [Record(block.packed[:BROKEN_LIMIT_BYTES], header.schema, position, kind=BROKEN)]
    schema = writer_schema(header.schema).raw
    records: list[Record] = []
    stream, start = io.BytesIO(data), 0
    try:
        for index in range(
            min(block.records, len(data))
        ):  # a record takes a byte, or a damaged count is no loop
            fastavro.schemaless_reader(stream, schema, None)
            records.append(Record(data[start : stream.tell()], header.schema, position, index))
            start = stream.tell()
    except READ_ERRORS:
        pass
    if start < len(data) or len(records) < block.records:
        rest = data[start:][:BROKEN_LIMIT_BYTES]
        records.append(Record(rest, header.schema, position, len(records), BROKEN))
    return records
