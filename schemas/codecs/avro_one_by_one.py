"""Avro bodies decoded one by one by fastavro: the reference, and the way for what the vectorised decoder cannot do."""

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import fastavro

from schemas.codecs.avro_reading import Readings
from schemas.codecs.avro_schema import writer_schema
from schemas.codecs.avro_splitter import READ_ERRORS
from schemas.codecs.avro_values import Reading
from schemas.codecs.documents import NO_DOCUMENT, Document


@lru_cache(maxsize=1024)
def reading_of(schema_text: str) -> Reading:
    """How whole bodies of a writer schema are read."""
    schema = writer_schema(schema_text)
    return Readings(schema.names).of(schema.full)


def documents_of(bodies: Sequence[bytes], schema_text: str) -> tuple[list[Document], list[str | None]]:
    """A document (empty where there is none) and an error (null where there is none) for each body."""
    raw, reading = writer_schema(schema_text).raw, reading_of(schema_text)
    found = [_document(body, raw, reading) for body in bodies]
    return [document for document, _ in found], [error for _, error in found]


def _document(body: bytes, schema: Any, reading: Reading) -> tuple[Document, str | None]:
    stream = io.BytesIO(body)
    try:
        value = reading(fastavro.schemaless_reader(stream, schema, None))
    except READ_ERRORS as error:
        return NO_DOCUMENT, f"Not Avro of its schema: {_reason(error)}."
    if stream.tell() != len(body):
        return NO_DOCUMENT, f"Not Avro of its schema: {len(body) - stream.tell()} bytes are left over."
    return unwrapped(value)


def unwrapped(value: Any) -> tuple[Document, str | None]:
    """The record in a decoded value: itself, or the only element of an array."""
    while type(value) is list and len(value) == 1:
        value = value[0]
    if type(value) is dict:
        return value, None
    what = f"an array of {len(value)}" if type(value) is list else f"a {type(value).__name__}"
    return NO_DOCUMENT, f"The Avro value is {what}, no record."


def _reason(error: Exception) -> str:
    """What went wrong, in words that are the same in every run (the decoder's own name memory addresses)."""
    if isinstance(error, EOFError):
        return "the bytes end too early"
    if isinstance(error, UnicodeDecodeError):
        return "a text is not UTF-8"
    return "a value is impossible"
