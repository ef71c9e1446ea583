"""Ordered: rows in the order of some columns, as sorting gives it, for less."""

from collections.abc import Sequence

import polars as pl

FEW_VALUES = 100
"""Rows are told apart by a leading column of so many values at most, such as dates, and each part sorted by the rest:
comparing six columns of 600,000 rows took three times the CPU."""


def ordered(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The same rows sorted by the columns, the first one first; nulls come first."""
    lead = 0
    while lead < len(columns) - 1 and _divides(rows[columns[lead]]):
        lead += 1
    few, rest = list(columns[:lead]), list(columns[lead:])
    if not few:
        return rows.sort(rest)
    parts = rows.partition_by(few, as_dict=True)
    return pl.concat([parts[values].sort(rest) for values in sorted(parts)])


def _divides(column: pl.Series) -> bool:
    return not column.has_nulls() and len(column) > 0 and column.n_unique() <= FEW_VALUES
