"""Avro bodies in Kafka messages, framed by the name of their schema: the Confluent wire format (a zero byte and the
registry's four-byte id) and Avro's single-object encoding (C3 01 and the schema's CRC-64-AVRO fingerprint).

A message is one record, and keeps its frame. JSON may stand behind a Confluent id too, where its schema is JSON Schema.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

import polars as pl

from schemas.codecs.avro_codec import bodies_of_one_schema
from schemas.codecs.base import Record, StreamSplitter
from schemas.codecs.documents import refused
from schemas.codecs.json_codec import JsonCodec
from schemas.codecs.schema_source import AVRO, JSON, NO_SCHEMAS, RegisteredSchema, SchemaSource, UnknownSchema
from schemas.codecs.whole_splitter import WholeSplitter

ROW = "framed:row"
BODY = "framed:body"
FRAME = "framed:frame"


class Framed(ABC):
    """A message that starts with magic bytes and the name of its body's schema, a number."""

    name: ClassVar[str]
    magic: ClassVar[bytes]
    frame_bytes: ClassVar[int]
    byte_order: ClassVar[Literal["big", "little"]]

    @abstractmethod
    def lookup(self, schemas: SchemaSource, named: int) -> RegisteredSchema:
        """The schema of that name."""

    def sniff(self, head: bytes) -> bool:
        """The frame, and something behind it."""
        return head.startswith(self.magic) and len(head) > self.frame_bytes

    def split(self, message: bytes) -> list[Record]:
        """The message as one record."""
        return [Record(message)]

    def splitter(self) -> StreamSplitter:
        """A file of one message."""
        return WholeSplitter()

    def is_one_record(self, messages: pl.Series) -> pl.Series:
        """As `sniff`."""
        return messages.bin.starts_with(self.magic) & (messages.bin.size() > self.frame_bytes)

    def peek(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """As `decode`, with no `rescued`."""
        return self._decode(payloads, paths, schemas, rescue=False)

    def decode(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """The columns of the bodies, by the schemas that `schemas` knows; no headers needed."""
        return self._decode(payloads, paths, schemas, rescue=True)

    def _decode(
        self, payloads: pl.Series, paths: Sequence[str], schemas: SchemaSource, rescue: bool
    ) -> pl.DataFrame:
        """Decodes the payloads of each frame together."""
        messages = payloads.fill_null(b"")
        frames = messages.bin.head(self.frame_bytes).alias(FRAME)
        rows = pl.DataFrame([frames, messages.bin.slice(self.frame_bytes).alias(BODY)]).with_row_index(ROW)
        is_one = frames.n_unique() <= 1
        parts = [rows] if is_one else rows.partition_by(FRAME, maintain_order=True)
        decoded = [self._of_one_frame(part, paths, schemas, rescue).with_columns(part[ROW]) for part in parts]
        return (pl.concat(decoded).sort(ROW) if len(decoded) > 1 else decoded[0]).drop(ROW)

    def _of_one_frame(
        self, part: pl.DataFrame, paths: Sequence[str], schemas: SchemaSource, rescue: bool
    ) -> pl.DataFrame:
        frame = part[FRAME][0] if len(part) else b""
        if len(frame) < self.frame_bytes or not frame.startswith(self.magic):
            return refused(["The message does not start with a whole frame."] * len(part), paths)
        named = int.from_bytes(frame[len(self.magic) :], self.byte_order)
        try:
            schema = self.lookup(schemas, named)
        except UnknownSchema as error:
            return refused([str(error)] * len(part), paths)
        if schema.language == JSON:
            return JsonCodec().decode(
                part[BODY], pl.repeat(None, len(part), dtype=pl.String, eager=True), paths
            )
        if schema.language != AVRO:
            return refused([f"Schemas in {schema.language} are not supported."] * len(part), paths)
        return bodies_of_one_schema(part[BODY], schema.text, paths, rescue)


class AvroConfluentCodec(Framed):
    """The Confluent wire format; see the module."""

    name = "avro_confluent"
    magic = b"\0"
    frame_bytes = 5
    byte_order = "big"

    def lookup(self, schemas: SchemaSource, named: int) -> RegisteredSchema:
        """The schema that the registry knows under this id."""
        return schemas.schema_by_id(named)


class AvroSingleObjectCodec(Framed):
    """Avro's single-object encoding; see the module."""

    name = "avro_single_object"
    magic = b"\xc3\x01"
    frame_bytes = 10
    byte_order = "little"

    def lookup(self, schemas: SchemaSource, named: int) -> RegisteredSchema:
        """The schema with this fingerprint."""
        return schemas.schema_by_fingerprint(named)
