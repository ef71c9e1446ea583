"""Records as Avro: object containers in files, a container or Confluent's framing in messages. Not here: schemas.

Containers are put together here, by the Avro 1.12 specification, "Object Container Files": fastavro would need a
further package for zstandard, takes its sync marker from chance, and cannot write a container that breaks off.
"""

import hashlib
import io
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import fastavro
import orjson
import polars as pl
import zstandard

from resources.sample_traffic.dialect import spoilt
from resources.sample_traffic.malformations import Malformation

MAGIC = b"Obj\x01"
RECORDS_PER_BLOCK = 2_000
METADATA_SCHEMA = fastavro.parse_schema({"type": "map", "values": "bytes"})
CONFLUENT_MAGIC = b"\x00"


def _raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(level=6, wbits=-15)
    return compressor.compress(data) + compressor.flush()


def _zstandard(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "null": bytes,
    "deflate": _raw_deflate,
    "zstandard": _zstandard,
}
"""Codecs by their names in the specification."""


@dataclass(frozen=True, eq=False)
class AvroDialect:
    """A sender of Avro records. `fields`: name on the wire, canonical name, text, and what makes a value of the text.

    With `schema_id`, messages have Confluent's five-byte prefix; without, each is a small container.
    """

    name: str
    schema: dict[str, Any]
    fields: Sequence[tuple[str, str, pl.Expr, Callable[[str], Any]]]
    malformations: Sequence[Malformation]
    codec: str
    time_step_us: int
    transport_time: bool = False
    zone_assumed: bool = False
    suffix: str = ".avro"
    schema_id: int | None = None
    columns: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", frozenset(canonical for _, canonical, _, _ in self.fields))

    def file_bytes(self, rows: pl.DataFrame) -> bytes:
        """A whole container with these records, in their order."""
        bodies = self._bodies(rows)
        blocks = range(0, len(bodies), RECORDS_PER_BLOCK)
        return self._header(self.codec) + b"".join(
            self._block(bodies[at : at + RECORDS_PER_BLOCK], self.codec) for at in blocks
        )

    def broken_block(self, rows: pl.DataFrame) -> bytes:
        """The beginning of a block of these records, cut before anything in it can be read."""
        block = self._block(self._bodies(rows), self.codec)
        # Two counts of at most three bytes each, then two bytes of compressed data: not even one record.
        return block[:6]

    def messages(self, rows: pl.DataFrame) -> list[bytes]:
        """One message value per record."""
        bodies = self._bodies(rows)
        if self.schema_id is not None:
            prefix = CONFLUENT_MAGIC + self.schema_id.to_bytes(4, "big")
            return [prefix + body for body in bodies]
        header = self._header("null")
        return [header + self._block([body], "null") for body in bodies]

    def _bodies(self, rows: pl.DataFrame) -> list[bytes]:
        texts = rows.select(
            spoilt(canonical, text, self.malformations).alias(wire)
            for wire, canonical, text, _ in self.fields
        )
        columns = [
            [None if text is None else value_of(text) for text in texts[wire]]
            for wire, _, _, value_of in self.fields
        ]
        names = [wire for wire, _, _, _ in self.fields]
        schema = fastavro.parse_schema(self.schema)
        return [_body(schema, dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]

    def _sync(self) -> bytes:
        return hashlib.md5(self.name.encode(), usedforsecurity=False).digest()

    def _header(self, codec: str) -> bytes:
        metadata = {"avro.schema": orjson.dumps(self.schema), "avro.codec": codec.encode()}
        return MAGIC + _body(METADATA_SCHEMA, metadata) + self._sync()

    def _block(self, bodies: list[bytes], codec: str) -> bytes:
        data = COMPRESSORS[codec](b"".join(bodies))
        return _body("long", len(bodies)) + _body("long", len(data)) + data + self._sync()


def _body(schema: Any, value: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()
