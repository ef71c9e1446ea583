"""Avro with its writer schema: container files and messages are cut into bodies, whose `header` is the schema.

Fields are found by name, so that schema evolution needs no reader schema: a column that a writer does not know is
null, and its aliases are resolved after decoding.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from schemas.codecs.avro_blocks import MAGIC, container_of
from schemas.codecs.avro_schema import BadSchema
from schemas.codecs.avro_splitter import AvroSplitter
from schemas.codecs.avro_vectorised import columns_of
from schemas.codecs.base import Record, StreamSplitter, split_whole
from schemas.codecs.documents import refused
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource

ROW = "avro:row"
BODY = "avro:body"
SCHEMA = "avro:schema"


@dataclass(frozen=True)
class AvroCodec:
    """Avro object containers; see the module."""

    name: str = field(default="avro", init=False)

    def sniff(self, head: bytes) -> bool:
        """Avro's magic number."""
        return head.startswith(MAGIC)

    def split(self, message: bytes) -> list[Record]:
        """The bodies in a message that is a whole container."""
        return split_whole(self.splitter(), message)

    def splitter(self) -> StreamSplitter:
        """A splitter for one container file."""
        return AvroSplitter()

    def message_of(self, record: Record) -> bytes:
        """A container of one record, with its writer schema."""
        return record.payload if record.header is None else container_of(record.header, record.payload)

    def decode(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """The columns of bodies by the writer schemas in `headers`; `schemas` is not needed."""
        return decode_bodies(payloads, headers, paths)

    def peek(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """As `decode`, with no `rescued`."""
        return decode_bodies(payloads, headers, paths, rescue=False)


def decode_bodies(
    bodies: pl.Series, schema_texts: pl.Series, paths: Sequence[str], rescue: bool = True
) -> pl.DataFrame:
    """The columns of bodies (Binary), each of the writer schema beside it (String; a row without one is refused).

    Without `rescue` the fields that no path covers are left alone.
    """
    rows = pl.DataFrame([bodies.alias(BODY), schema_texts.cast(pl.String).alias(SCHEMA)]).with_row_index(ROW)
    parts = rows.partition_by(SCHEMA, maintain_order=True) if len(rows) else [rows]
    texts = [part[SCHEMA].head(1).to_list() or [None] for part in parts]
    decoded = [
        bodies_of_one_schema(part[BODY], text, paths, rescue).with_columns(part[ROW])
        for part, (text,) in zip(parts, texts, strict=True)
    ]
    return (pl.concat(decoded).sort(ROW) if len(decoded) > 1 else decoded[0]).drop(ROW)


def bodies_of_one_schema(
    bodies: pl.Series, schema_text: str | None, paths: Sequence[str], rescue: bool = True
) -> pl.DataFrame:
    """The same of bodies that all have one writer schema, or none."""
    if schema_text is None:
        return refused(["The record has no writer schema."] * len(bodies), paths)
    try:
        return columns_of(bodies.fill_null(b""), schema_text, paths, rescue)
    except BadSchema as error:
        return refused([str(error)] * len(bodies), paths)
