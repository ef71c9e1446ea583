"""Sources: of the places where senders put a column, the first that is filled; also without reading whole records."""

from collections.abc import Mapping

import polars as pl

from schemas.codecs import Codec
from schemas.codecs.batches import peek
from schemas.codecs.schema_source import SchemaSource
from schemas.columns import Column, paths_of
from schemas.rules import text_column

FILLED = r"\S"
SURELY_FILLED = r"^\S"
"""The same of nearly all texts, and known after one character."""

LOWEST_VISIBLE, ABOVE_VISIBLE = "!", "\x7f"
"""Texts between the two, by their bytes, begin with a visible character of ASCII."""


def texts_of(columns: tuple[Column, ...], decoded: pl.DataFrame) -> pl.DataFrame:
    """`text:<column>` of each column, `rescued` and `decode_error`, of decoded paths."""
    # Most paths lead to nothing or to texts that are surely filled, which their bounds tell: a third of the work.
    paths = list(dict.fromkeys(paths_of(columns)))
    lows, highs = (bound.row(0, named=True) for bound in (decoded.select(paths).min(), decoded.select(paths).max()))
    found = {path: _filled(path, lows[path], highs[path]) for path in paths if lows[path] is not None}
    texts = [_first_filled(column, found).alias(text_column(column.name)) for column in columns]
    return decoded.select(*texts, "rescued", "decode_error")


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
    again = texts_of(columns, peek(codec, payloads, headers, paths_of(columns), schemas))
    return texts.with_columns(texts[name].scatter(others, again[name]) for name in texts.columns)


def _filled(path: str, low: str, high: str) -> pl.Expr:
    """The path's text where it is not blank."""
    if low >= LOWEST_VISIBLE and high < ABOVE_VISIBLE:
        return pl.col(path)
    return pl.when(pl.col(path).str.contains(FILLED)).then(pl.col(path))


def _first_filled(column: Column, found: Mapping[str, pl.Expr]) -> pl.Expr:
    """The first of a column's sources that is neither missing nor empty."""
    known = [found[path] for path in column.sources if path in found]
    return pl.coalesce(known) if known else pl.lit(None, pl.String)
