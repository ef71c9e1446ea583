"""What a codec is: the records it cuts out of bytes, and the columns it reads out of records. No codec lives here."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

import polars as pl

from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource

RESCUED = "rescued"
DECODE_ERROR = "decode_error"

RECORD: Literal["record"] = "record"
BROKEN: Literal["broken"] = "broken"

BROKEN_LIMIT_BYTES = 1 << 20
"""How much of an unsplittable rest a `broken` record carries: enough to see what is wrong without filling memory
with the tail of a large file, whose bytes are kept elsewhere."""

MAX_RECORD_BYTES = 64 << 20
"""No record may be longer in a file: a missing bracket or a damaged length must not buffer the whole file.
Kafka brokers accept a few megabytes at most unless set otherwise."""


class Record(NamedTuple):
    """One record as it was cut out.

    `payload` is the record's own bytes; `header` is what decoding needs beside them (CSV header line, Avro writer
    schema); `position` is a byte offset in the uncompressed stream, and `record_index` numbers the records that share a
    position (those of one Avro block; else 0). `broken` is a rest that could not be split, cut to BROKEN_LIMIT_BYTES.
    """

    payload: bytes
    header: str | None = None
    position: int = 0
    record_index: int = 0
    kind: Literal["record", "broken"] = RECORD


class StreamSplitter(Protocol):
    """Cuts a stream into records while it arrives, in memory bounded by the longest record and chunk."""

    def feed(self, chunk: bytes) -> list[Record]:
        """The records that this chunk completed, in stream order."""

    def finish(self) -> list[Record]:
        """The records that the end of the stream completed."""


class Codec(Protocol):
    """How one format is recognised, cut into records and read."""

    @property
    def name(self) -> str:
        """What bronze stores, so that a record is decoded by the codec that split it."""

    def sniff(self, head: bytes) -> bool:
        """Whether the first bytes of a message or file could be of this format."""

    def split(self, message: bytes) -> list[Record]:
        """The records of one whole message; every message has at least one."""

    def splitter(self) -> StreamSplitter:
        """A splitter for one file."""

    def decode(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """One String column per path, then `rescued` and `decode_error`; the height and order of `payloads`.

        `payloads` is Binary and `headers` String, as the splitter gave them. Bad bytes become a `decode_error`, never
        an exception; RegistryUnavailable is raised when a writer schema cannot be asked for.
        """


def split_whole(splitter: StreamSplitter, message: bytes) -> list[Record]:
    """All records that a splitter cuts out of a message; one with nothing in it is itself a record, to be refused,
    so that no message is left out of the counts."""
    return splitter.feed(message) + splitter.finish() or [Record(message)]
