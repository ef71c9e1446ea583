"""Runs one LazyFrame -> LazyFrame function on each engine over rows, and gives the rows back, sorted."""

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pyarrow as pa

Row = dict[str, Any]
Transform = Callable[..., nw.LazyFrame]
Engine = Callable[..., pl.DataFrame]


def sort_key(row: Row) -> tuple[tuple[bool, Any], ...]:
    """Order of rows with nulls, by every column."""
    return tuple((value is None, "" if value is None else value) for value in row.values())


def sorted_rows(rows: Sequence[Row]) -> list[Row]:
    """Rows with columns and rows in a fixed order, for comparison."""
    return sorted(({name: row[name] for name in sorted(row)} for row in rows), key=sort_key)


def on_polars(transform: Transform, **frames: pl.DataFrame) -> pl.DataFrame:
    """The result on Polars."""
    lazy = {name: nw.from_native(frame.lazy()) for name, frame in frames.items()}
    result: pl.DataFrame = transform(**lazy).to_native().collect()
    return result


def on_duckdb(transform: Transform, **frames: pl.DataFrame) -> pl.DataFrame:
    """The result on DuckDB, through Arrow."""
    with duckdb.connect() as connection:
        lazy = {}
        for name, frame in frames.items():
            connection.register(name, frame.to_arrow())
            lazy[name] = nw.from_native(connection.table(name))
        table: pa.Table = transform(**lazy).to_native().to_arrow_table()
    return pl.DataFrame(pl.from_arrow(table))
