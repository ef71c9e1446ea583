"""Contracts: the Pandera model of each table, made from its declaration; what is about to be committed must fit it."""

from functools import cache

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from schemas.errors import HeldBatchError
from schemas.tables.table import Table, TableColumn

SHOWN_FAILURES = 3
"""As many examples as a person reads."""


@cache
def model_of(table: Table) -> pa.DataFrameSchema:
    """The Pandera model: every column with its type, those that may not be null, and no other column."""
    columns = {column.name: _column(column) for column in table.columns}
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=table.full_name)


def _column(column: TableColumn) -> pa.Column:
    return pa.Column(column.dtype, nullable=not column.required, name=column.name)


def hold_unless_fit(table: Table, rows: pl.DataFrame) -> None:
    """HeldBatchError if rows do not fit the table's contract: a bug of ours, caught before it lands.

    `rows` are collected, since Pandera looks at a LazyFrame's schema only, and in one piece, since it goes over them
    column by column.
    """
    try:
        model_of(table).validate(rows.rechunk(), lazy=True)
    except SchemaErrors as error:
        failures = error.failure_cases.head(SHOWN_FAILURES).to_dicts()
        raise HeldBatchError(
            f"{rows.height} rows for {table.full_name} do not fit its contract and were not written: {failures}. "
            "This is a bug in a transform: fix it and run again; bronze is complete."
        ) from error
    _hold_unless_unique(table, rows)


def _hold_unless_unique(table: Table, rows: pl.DataFrame) -> None:
    if not table.grain_columns or rows.is_empty():
        return
    doubled = rows.height - rows.select(table.grain_columns).n_unique()
    if doubled:
        raise HeldBatchError(
            f"{doubled} of {rows.height} rows for {table.full_name} are doubled ({', '.join(table.grain_columns)}) "
            "and nothing was written. This is a bug in a transform: fix it and run again; bronze is complete."
        )
