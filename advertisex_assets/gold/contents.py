"""Contents: what a date's rows are, as one number, so that writing the same again changes nothing downstream."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

MODULUS = 2**62
"""Sums of 64-bit hashes modulo this, and EMPTY, fit a Delta transaction version: a signed 64-bit integer."""

EMPTY = 1
"""The content of a date without rows; 0 stands for a date that was never written."""


def contents_by_date(rows: pl.DataFrame, date_column: str, dates: Iterable[date]) -> dict[date, int]:
    """A hash of each date's rows, whatever their order.

    Polars may hash otherwise in another version: then every date counts as changed, once.
    """
    sums = _sums(rows, date_column)
    return {day: EMPTY + sums.get(day, 0) for day in dates}


def contents_after(
    contents: Mapping[date, int], removed: pl.DataFrame, added: pl.DataFrame, date_column: str
) -> dict[date, int]:
    """The contents of the same dates once those rows are gone and those have come."""
    gone, come = _sums(removed, date_column), _sums(added, date_column)
    return {
        day: EMPTY + (content - EMPTY - gone.get(day, 0) + come.get(day, 0)) % MODULUS
        for day, content in contents.items()
    }


def contents_together(parts: Sequence[Mapping[date, int]]) -> dict[date, int]:
    """The contents of dates whose rows came in parts, from those of each part."""
    return {day: EMPTY + sum(part[day] - EMPTY for part in parts) % MODULUS for day in parts[0]}


def _sums(rows: pl.DataFrame, date_column: str) -> dict[date, int]:
    hashed = rows.select(date_column, rows.hash_rows().alias("hash"))
    sums = hashed.group_by(date_column).agg(pl.col("hash").sum())
    return {day: total % MODULUS for day, total in sums.iter_rows()}
