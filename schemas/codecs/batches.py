"""Batches: what a codec may do for many messages at once, for landing's sake; everything else goes one by one.

A codec that is `Batched` promises that its shortcuts give what `split` and `decode` give, so that speed is all they
change; tests hold it to that.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import polars as pl

from schemas.codecs.base import Codec
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource


@runtime_checkable
class Batched(Protocol):
    """Shortcuts over many messages."""

    def is_one_record(self, messages: pl.Series) -> pl.Series:
        """True (Boolean) where a message can only be of this format, and `split` would give it back as it is.

        False or null means that `sniff` and `split` must look. `messages` is Binary.
        """

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
    reader = codec.peek if isinstance(codec, Batched) else codec.decode
    return reader(payloads, headers, paths, schemas)


def none_of(messages: pl.Series) -> pl.Series:
    """False for every message."""
    return pl.repeat(False, len(messages), dtype=pl.Boolean, eager=True)
