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


def peek(
    codec: Codec, payloads: pl.Series, headers: pl.Series, paths: Sequence[str], schemas: SchemaSource
) -> pl.DataFrame:
    """The codec's `peek`, or its `decode` if it has none."""
    reader = codec.peek if isinstance(codec, Peeking) else codec.decode
    return reader(payloads, headers, paths, schemas)
