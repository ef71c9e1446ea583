"""JSON: one object is one record; messages and files may hold lines, arrays or concatenated objects.

Reading is strict RFC 8259 (orjson): no NaN, no trailing comma, no lone surrogate. Of a repeated key the last value
wins. orjson record by record was chosen over Polars' `read_ndjson`, which is faster on flat records (decision 007):
it finds the bad record by itself, and keeps nested values exact, which `read_ndjson` does not when it writes objects
back as text (escapes are lost, key order is random beyond 32 keys). Integers of any length and decimals of 17 digits
and more are read again, with all their digits.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
import polars as pl

from schemas.codecs.base import DECODE_ERROR, RESCUED, Record, StreamSplitter, split_whole
from schemas.codecs.batches import no_dates
from schemas.codecs.collector import collector_paused
from schemas.codecs.documents import NO_DOCUMENT, Document, frame_of
from schemas.codecs.json_peek import is_top_level, peek_fields
from schemas.codecs.json_scan import is_one_object
from schemas.codecs.json_splitter import BOM, JsonSplitter
from schemas.codecs.native.scanner import scanner
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.codecs.text import utf8_text

CHUNK_RECORDS = 4096
"""Documents alive at a time: few enough to stay in the processor's cache (2.4 times as fast as 100,000)."""

ADJACENT = r"\}\s*\{"
"""Two objects that touch, in text."""


@dataclass(frozen=True)
class JsonCodec:
    """JSON objects as records; see the module."""

    name: str = "json"

    def sniff(self, head: bytes) -> bool:
        """Text that starts with an object or an array."""
        return head.removeprefix(BOM).lstrip()[:1] in (b"{", b"[")

    def split(self, message: bytes) -> list[Record]:
        """The objects of a message."""
        return [Record(message)] if is_one_object(message) else split_whole(self.splitter(), message)

    def splitter(self) -> StreamSplitter:
        """A splitter for lines, arrays (also pretty-printed) and concatenated objects."""
        return JsonSplitter()

    def is_one_record(self, messages: pl.Series) -> pl.Series:
        """As `is_one_object`, for many messages."""
        if (loops := scanner()) is not None:
            return loops.json_is_one(messages)
        opened = messages.bin.starts_with(b"{")
        if not opened.any():
            return opened  # a topic of another format, whose bytes may be no text
        texts = utf8_text(messages)
        opened_line = opened & ~texts.str.contains("\n", literal=True)
        is_flat = texts.str.find("}", literal=True) == texts.str.len_bytes() - 1
        if is_flat.all(ignore_nulls=False):
            return opened_line  # the first brace that closes is the last byte: none can touch inside
        return opened_line & texts.str.ends_with("}") & ~texts.str.contains(ADJACENT)

    def dates(self, payloads: pl.Series, path: str, schemas: SchemaSource = NO_SCHEMAS) -> pl.Series:
        """The dates in a top-level field."""
        loops = scanner() if is_top_level(path) else None
        return no_dates(payloads) if loops is None else loops.json_dates(payloads, path)

    def peek(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """The columns of top-level fields, skipping the rest of each object."""
        names = tuple(dict.fromkeys(paths))
        if not all(map(is_top_level, names)):
            return self.decode(payloads, headers, paths)
        columns, unread = peek_fields(payloads, names)
        nulls = [
            pl.repeat(None, len(payloads), dtype=pl.String, eager=True).alias(n)
            for n in (RESCUED, DECODE_ERROR)
        ]
        found = pl.DataFrame([*columns, *nulls])
        if not unread:
            return found
        fully = self.decode(payloads.gather(unread), headers.gather(unread), paths)
        return found.with_columns(found[name].scatter(unread, fully[name]) for name in (*names, DECODE_ERROR))

    def decode(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """The columns of the payloads; `headers` and `schemas` are not needed."""
        starts = range(0, max(len(payloads), 1), CHUNK_RECORDS)
        with collector_paused():
            frames = [_decode_chunk(payloads.slice(start, CHUNK_RECORDS), paths) for start in starts]
        # One piece: choosing rows from many pieces takes several times as long.
        return pl.concat(frames, rechunk=True) if len(frames) > 1 else frames[0]


def _decode_chunk(payloads: pl.Series, paths: Sequence[str]) -> pl.DataFrame:
    given = payloads.to_list()
    try:
        documents: list[Any] = list(map(orjson.loads, given))
        errors: list[str | None] = [None] * len(documents)
    except orjson.JSONDecodeError:
        read = [_document(payload) for payload in given]
        documents, errors = [document for document, _ in read], [error for _, error in read]
    if set(map(type, documents)) - {dict}:
        for row, document in enumerate(documents):
            if type(document) is not dict:
                documents[row], errors[row] = NO_DOCUMENT, errors[row] or "The JSON value is no object."
    return frame_of(documents, errors, paths, exact=cache(lambda row: _exact(given[row], documents[row])))


def _document(payload: bytes | None) -> tuple[Any, str | None]:
    """The value, or why there is none; the byte order mark that some producers send is passed over."""
    try:
        return orjson.loads((payload or b"").removeprefix(BOM)), None
    except orjson.JSONDecodeError as error:
        return NO_DOCUMENT, f"Not JSON: {error}."


def _exact(payload: bytes, rounded: Document) -> Document:
    """The document with every digit of its numbers."""
    try:
        document: Document = json.loads(payload.removeprefix(BOM), parse_float=Decimal)
    except RecursionError:  # nested deeper than the standard parser goes; no digits are worth refusing it
        return rounded
    return document
