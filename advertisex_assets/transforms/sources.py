"""Sources: of the places where senders put a column, the first that is filled; also without reading whole records."""

import polars as pl

from schemas.codecs import Codec
from schemas.codecs.batches import peek
from schemas.codecs.schema_source import SchemaSource
from schemas.columns import Column, paths_of
from schemas.rules import text_column

FILLED = r"\S"
SURELY_FILLED = r"^\S"
"""The same of nearly all texts, and known after one character."""


def texts_of(columns: tuple[Column, ...]) -> list[pl.Expr]:
    """`text:<column>` of each column, `rescued` and `decode_error`, of decoded paths."""
    texts = [_first_filled(column).alias(text_column(column.name)) for column in columns]
    return [*texts, pl.col("rescued"), pl.col("decode_error")]


def peek_at(
    codec: Codec, rows: pl.DataFrame, columns: tuple[Column, ...], schemas: SchemaSource
) -> pl.DataFrame:
    """The same of records, looking at a column's most trusted source first, at the others only where it is empty."""
    first = tuple(column.sources[0] for column in columns)
    found = peek(codec, rows["payload"], rows["header"], first, schemas)
    filled = found.select(
        pl.all_horizontal(pl.col(path).str.contains(SURELY_FILLED) for path in first)
    ).to_series()
    named = [pl.col(column.sources[0]).alias(text_column(column.name)) for column in columns]
    texts = found.select(*named, "rescued", "decode_error")
    others = (~filled.fill_null(False)).arg_true()
    if others.is_empty():
        return texts
    payloads, headers = rows["payload"].gather(others), rows["header"].gather(others)
    again = peek(codec, payloads, headers, paths_of(columns), schemas).select(texts_of(columns))
    return texts.with_columns(texts[name].scatter(others, again[name]) for name in texts.columns)


def _first_filled(column: Column) -> pl.Expr:
    """The first of a column's sources that is neither missing nor empty."""
    return pl.coalesce(
        pl.when(pl.col(path).str.contains(FILLED)).then(pl.col(path)) for path in column.sources
    )
