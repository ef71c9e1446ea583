"""Contracts: the Pandera model of each table, made from its declaration; what is about to be committed must fit it."""

from collections.abc import Iterable
from functools import cache, reduce
from operator import xor
from typing import TYPE_CHECKING

import polars as pl

from schemas.errors import HeldBatchError
from schemas.tables.table import Table, TableColumn

if TYPE_CHECKING:
    import pandera.polars as pa

SHOWN_FAILURES = 3
"""As many examples as a person reads."""


@cache
def model_of(table: Table) -> "pa.DataFrameSchema":
    """The Pandera model: every column with its type, those that may not be null, and no other column."""
    # Here, because it takes longer to import than a small run takes to work.
    import pandera.polars as pa

    columns = {column.name: _column(column) for column in table.columns}
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=table.full_name)


def _column(column: TableColumn) -> "pa.Column":
    import pandera.polars as pa

    return pa.Column(column.dtype, nullable=not column.required, name=column.name)


def hold_unless_fit(table: Table, *pieces: pl.DataFrame) -> None:
    """HeldBatchError if rows do not fit the table's contract: a bug of ours, caught before it lands."""
    for rows in pieces:
        hold_unless_typed(table, rows)
    if pieces:
        hold_unless_unique(table, pl.concat([grain_marks(table, rows) for rows in pieces]), pieces)


def hold_unless_typed(table: Table, rows: pl.DataFrame) -> None:
    """HeldBatchError if columns, types or nulls are not as declared.

    `rows` are collected, since Pandera looks at a LazyFrame's schema only, and in one piece, since it goes over
    them column by column."""
    if fits(table, rows):
        return
    from pandera.errors import SchemaErrors

    try:
        model_of(table).validate(rows.rechunk(), lazy=True)
    except SchemaErrors as error:
        failures = error.failure_cases.head(SHOWN_FAILURES).to_dicts()
        raise HeldBatchError(
            f"{rows.height} rows for {table.full_name} do not fit its contract and were not written: {failures}. "
            "This is a bug in a transform: fix it and run again; bronze is complete."
        ) from error


def fits(table: Table, rows: pl.DataFrame) -> bool:
    """Whether Pandera would find nothing: it is asked only what is wrong."""
    required = [column.name for column in table.columns if column.required]
    return rows.schema == pl.Schema(table.schema) and not any(rows[name].has_nulls() for name in required)


def grain_marks(table: Table, rows: pl.DataFrame) -> pl.Series:
    """A hash of each row's grain: eight bytes a row, however many rows there are."""
    return rows.select(_mark(table).alias("mark")).to_series()


def _mark(table: Table) -> pl.Expr:
    hashes = [pl.col(name).hash(place) for place, name in enumerate(table.grain_columns)]
    return reduce(xor, hashes) if hashes else pl.int_range(pl.len(), dtype=pl.UInt64)


def hold_unless_unique(table: Table, marks: pl.Series, pieces: Iterable[pl.DataFrame]) -> None:
    """HeldBatchError if rows are doubled, of which those are the `grain_marks`; only rows whose hashes meet are looked
    at: `pieces` are gone through once, and only then."""
    if not table.grain_columns or marks.n_unique() == len(marks):
        return
    met = marks.filter(marks.is_duplicated()).unique().implode()
    suspects = pl.concat([rows.filter(_mark(table).is_in(met)).select(table.grain_columns) for rows in pieces])
    times = suspects.height - suspects.n_unique()
    if times:
        raise doubled(table, times, len(marks))


def doubled(table: Table, times: int, rows: int) -> HeldBatchError:
    """The error that says so many rows of all are there twice."""
    return HeldBatchError(
        f"{times} of {rows} rows for {table.full_name} are doubled ({', '.join(table.grain_columns)}) "
        "and nothing was written. This is a bug in a transform: fix it and run again; bronze is complete."
    )
