"""Pieces: rows that come to a table piece by piece, so that what is written need not fit in memory at once."""

from collections.abc import Iterable
from typing import TypeAlias

import polars as pl
import pyarrow as pa

from schemas.errors import ContractError
from schemas.tables.table import Table

Rows: TypeAlias = pl.DataFrame | Iterable[pl.DataFrame]
"""Rows of one table, at once or in pieces."""


def as_declared(table: Table, piece: pl.DataFrame) -> pl.DataFrame:
    """The columns and types of the table."""
    return piece.select(pl.col(name).cast(dtype) for name, dtype in table.schema.items())


def stream(table: Table, pieces: Iterable[pl.DataFrame]) -> pa.RecordBatchReader:
    """The pieces one after another, as Arrow."""
    schema = pl.DataFrame(schema=table.schema).to_arrow().schema
    tables = (as_declared(table, piece).to_arrow() for piece in pieces)
    return pa.RecordBatchReader.from_batches(schema, (batch for one in tables for batch in one.to_batches()))


def without_rows(table: Table, pieces: Iterable[pl.DataFrame]) -> list[pl.DataFrame]:
    """No pieces, of none that has rows: what may be appended to a table whose files hold many dates."""
    if any(piece.height for piece in pieces):
        raise ContractError(f"Rows of {table.full_name} come by `replace_dates`, which counts them by date.")
    return []
