"""Avro bodies in Kafka messages, framed by the name of their schema: the Confluent wire format (a zero byte and the
registry's four-byte id) and Avro's single-object encoding (C3 01 and the schema's CRC-64-AVRO fingerprint).

A message is one record, and keeps its frame. JSON may stand behind a Confluent id too, where its schema is JSON Schema.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from schemas.codecs.avro_codec import decode_bodies
from schemas.codecs.base import Record, StreamSplitter
from schemas.codecs.documents import refused
from schemas.codecs.json_codec import JsonCodec
from schemas.codecs.schema_source import (
    AVRO,
    JSON,
    NO_SCHEMAS,
    RegisteredSchema,
    SchemaSource,
    UnknownSchema,
)
from schemas.codecs.whole_splitter import WholeSplitter

CONFLUENT_FRAME_BYTES = 5
SINGLE_OBJECT_MAGIC = b"\xc3\x01"
SINGLE_OBJECT_FRAME_BYTES = 10

ROW = "framed:row"
BODY = "framed:body"
FRAME = "framed:frame"

Lookup = Callable[[bytes], RegisteredSchema]


@dataclass(frozen=True)
class AvroConfluentCodec:
    """The Confluent wire format; see the module."""

    name: str = field(default="avro_confluent", init=False)

    def sniff(self, head: bytes) -> bool:
        """A zero byte, an id and something behind."""
        return head[:1] == b"\0" and len(head) > CONFLUENT_FRAME_BYTES

    def split(self, message: bytes) -> list[Record]:
        """The message as one record."""
        return [Record(message)]

    def splitter(self) -> StreamSplitter:
        """A file of one message."""
        return WholeSplitter()

    def is_one_record(self, messages: pl.Series) -> pl.Series:
        """As `sniff`."""
        return messages.bin.starts_with(b"\0") & (messages.bin.size() > CONFLUENT_FRAME_BYTES)

    def peek(
        self, payloads: pl.Series, headers: pl.Series, paths: Sequence[str], schemas: SchemaSource = NO_SCHEMAS
    ) -> pl.DataFrame:
        """As `decode`: a body is read from its beginning whatever is asked for."""
        return self.decode(payloads, headers, paths, schemas)

    def decode(
        self, payloads: pl.Series, headers: pl.Series, paths: Sequence[str], schemas: SchemaSource = NO_SCHEMAS
    ) -> pl.DataFrame:
        """The columns of the bodies, by the schemas that `schemas` knows under their ids; no headers needed."""
        return _decode(
            payloads,
            CONFLUENT_FRAME_BYTES,
            paths,
            lambda frame: schemas.schema_by_id(int.from_bytes(frame[1:], "big")),
        )


@dataclass(frozen=True)
class AvroSingleObjectCodec:
    """Avro's single-object encoding; see the module."""

    name: str = field(default="avro_single_object", init=False)

    def sniff(self, head: bytes) -> bool:
        """Its two magic bytes."""
        return head.startswith(SINGLE_OBJECT_MAGIC)

    def split(self, message: bytes) -> list[Record]:
        """The message as one record."""
        return [Record(message)]

    def splitter(self) -> StreamSplitter:
        """A file of one message."""
        return WholeSplitter()

    def is_one_record(self, messages: pl.Series) -> pl.Series:
        """As `sniff`."""
        return messages.bin.starts_with(SINGLE_OBJECT_MAGIC)

    def peek(
        self, payloads: pl.Series, headers: pl.Series, paths: Sequence[str], schemas: SchemaSource = NO_SCHEMAS
    ) -> pl.DataFrame:
        """As `decode`: a body is read from its beginning whatever is asked for."""
        return self.decode(payloads, headers, paths, schemas)

    def decode(
        self, payloads: pl.Series, headers: pl.Series, paths: Sequence[str], schemas: SchemaSource = NO_SCHEMAS
    ) -> pl.DataFrame:
        """The columns of the bodies, by the schemas that `schemas` knows under their fingerprints."""
        start = len(SINGLE_OBJECT_MAGIC)
        return _decode(
            payloads,
            SINGLE_OBJECT_FRAME_BYTES,
            paths,
            lambda frame: schemas.schema_by_fingerprint(int.from_bytes(frame[start:], "little")),
        )


def _decode(payloads: pl.Series, frame_bytes: int, paths: Sequence[str], lookup: Lookup) -> pl.DataFrame:
    """Decodes the payloads of each frame together."""
    messages = [payload or b"" for payload in payloads]
    rows = pl.DataFrame(
        [
            pl.Series(FRAME, [message[:frame_bytes] for message in messages], dtype=pl.Binary),
            pl.Series(BODY, [message[frame_bytes:] for message in messages], dtype=pl.Binary),
        ]
    ).with_row_index(ROW)
    parts = rows.partition_by(FRAME, maintain_order=True) if len(rows) else [rows]
    decoded = [_of_one_frame(part, frame_bytes, paths, lookup).with_columns(part[ROW]) for part in parts]
    return (pl.concat(decoded).sort(ROW) if len(decoded) > 1 else decoded[0]).drop(ROW)


def _of_one_frame(part: pl.DataFrame, frame_bytes: int, paths: Sequence[str], lookup: Lookup) -> pl.DataFrame:
    frame = part[FRAME][0] if len(part) else b""
    no_headers = pl.Series([None] * len(part), dtype=pl.String)
    if len(frame) < frame_bytes:
        return refused(["The message is shorter than its frame."] * len(part), paths)
    try:
        schema = lookup(frame)
    except UnknownSchema as error:
        return refused([str(error)] * len(part), paths)
    if schema.language == JSON:
        return JsonCodec().decode(part[BODY], no_headers, paths)
    if schema.language != AVRO:
        return refused([f"Schemas in {schema.language} are not supported."] * len(part), paths)
    return decode_bodies(part[BODY], pl.Series([schema.text] * len(part), dtype=pl.String), paths)
