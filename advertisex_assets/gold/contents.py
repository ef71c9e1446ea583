"""Contents: what a date's rows are, as one number, so that writing the same again changes nothing downstream."""

from collections.abc import Iterable
from datetime import date

import polars as pl

BITS = 63
"""A Delta transaction version is a signed 64-bit integer."""

EMPTY = 1
"""The content of a date without rows; 0 stands for a date that was never written."""


def contents_by_date(rows: pl.DataFrame, date_column: str, dates: Iterable[date]) -> dict[date, int]:
    """A hash of each date's rows, whatever their order.

    Polars may hash otherwise in another version: then every date counts as changed, once.
    """
    hashed = rows.select(date_column, rows.hash_rows().alias("hash"))
    sums = {
        day: _positive(total)
        for day, total in hashed.group_by(date_column).agg(pl.col("hash").sum()).iter_rows()
    }
    return {day: sums.get(day, EMPTY) for day in dates}


def _positive(total: int) -> int:
    return (total >> (64 - BITS)) or EMPTY
