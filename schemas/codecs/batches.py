"""Batches: what a codec may do for many messages at once, for landing's sake; everything else goes one by one.

A codec with such a shortcut promises that it gives what `split` or `decode` gives, so that speed is all it changes;
tests hold it to that.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import polars as pl

from schemas.codecs.base import Codec
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource


@runtime_checkable
class Batched(Protocol):
    """Tells at a glance which messages are records."""

    def is_one_record(self, messages: pl.Series) -> pl.Series:
        """True (Boolean) where a message can only be of this format, and `split` would give it back as it is.

        False or null means that `sniff` and `split` must look. `messages` is Binary.
        """


@runtime_checkable
class Peeking(Protocol):
    """Reads a few fields without the rest."""

    def peek(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """As `decode`, without looking at more than the paths need: `rescued` is null, damage elsewhere may pass."""


@runtime_checkable
class Dated(Protocol):
    """Tells at a glance when events were."""

    def dates(self, payloads: pl.Series, path: str, schemas: SchemaSource = NO_SCHEMAS) -> pl.Series:
        """The UTC date (Date) where `decode` would give such a time as PLAIN_UTC for the path; null where it must be
        asked. Of payloads without header."""


PLAIN_UTC = r"^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$"
"""ISO 8601 in UTC, to the second or finer."""


def peek(
    codec: Codec, payloads: pl.Series, headers: pl.Series, paths: Sequence[str], schemas: SchemaSource
) -> pl.DataFrame:
    """The codec's `peek`, or its `decode` if it has none."""
    reader = codec.peek if isinstance(codec, Peeking) else codec.decode
    return reader(payloads, headers, paths, schemas)


def dates(codec: Codec, payloads: pl.Series, path: str, schemas: SchemaSource) -> pl.Series:
    """The codec's `dates`; nulls if it has none."""
    if isinstance(codec, Dated):
        return codec.dates(payloads, path, schemas)
    return no_dates(payloads)


def no_dates(payloads: pl.Series) -> pl.Series:
    """As many nulls."""
    return pl.repeat(None, len(payloads), dtype=pl.Date, eager=True)
