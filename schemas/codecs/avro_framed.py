"""Avro bodies in Kafka messages, framed by the name of their schema: the Confluent wire format (a zero byte and the
registry's four-byte id) and Avro's single-object encoding (C3 01 and the schema's CRC-64-AVRO fingerprint).

A message is one record, and keeps its frame. JSON may stand behind a Confluent id too, where its schema is JSON Schema.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

import polars as pl

from schemas.codecs.avro_codec import bodies_of_one_schema
from schemas.codecs.avro_dates import steps_to_date
from schemas.codecs.base import Record, StreamSplitter
from schemas.codecs.batches import no_dates
from schemas.codecs.documents import refused
from schemas.codecs.json_codec import JsonCodec
from schemas.codecs.native.scanner import AvroStep, scanner
from schemas.codecs.schema_source import AVRO, JSON, NO_SCHEMAS, RegisteredSchema, SchemaSource, UnknownSchema
from schemas.codecs.whole_splitter import WholeSplitter

ROW = "framed:row"
BODY = "framed:body"
FRAME = "framed:frame"

SAMPLED = 100
"""Messages in which schemas are looked for: topics have one, or two while senders change to the next."""


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

    def dates(self, payloads: pl.Series, path: str, schemas: SchemaSource = NO_SCHEMAS) -> pl.Series:
        """The dates in a top-level field of the bodies of the first few frames; damage behind it may pass."""
        loops = scanner()
        if loops is None:
            return no_dates(payloads)
        frames = payloads.head(SAMPLED).bin.head(self.frame_bytes).drop_nulls().unique().to_list()
        ways = {frame: self._steps(frame, path, schemas) for frame in frames if self._is_whole(frame)}
        return loops.avro_dates(payloads, {frame: steps for frame, steps in ways.items() if steps})

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
        if not self._is_whole(frame):
            return refused(["The message does not start with a whole frame."] * len(part), paths)
        try:
            schema = self._schema(frame, schemas)
        except UnknownSchema as error:
            return refused([str(error)] * len(part), paths)
        if schema.language == JSON:
            return JsonCodec().decode(
                part[BODY], pl.repeat(None, len(part), dtype=pl.String, eager=True), paths
            )
        if schema.language != AVRO:
            return refused([f"Schemas in {schema.language} are not supported."] * len(part), paths)
        return bodies_of_one_schema(part[BODY], schema.text, paths, rescue)

    def _is_whole(self, frame: bytes) -> bool:
        return len(frame) == self.frame_bytes and frame.startswith(self.magic)

    def _schema(self, frame: bytes, schemas: SchemaSource) -> RegisteredSchema:
        return self.lookup(schemas, int.from_bytes(frame[len(self.magic) :], self.byte_order))

    def _steps(self, frame: bytes, path: str, schemas: SchemaSource) -> Sequence[AvroStep] | None:
        try:
            schema = self._schema(frame, schemas)
        except UnknownSchema:
            return None
        return steps_to_date(schema.text, path) if schema.language == AVRO else None


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
