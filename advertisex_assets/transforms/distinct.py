"""Distinct: a Python function over the distinct values of a column, joined back, since values repeat."""

from collections.abc import Callable

import polars as pl


def map_distinct(values: pl.Series, function: Callable[[str], str | None]) -> pl.Series:
    """The function's result for each value, as String; null for null."""
    distinct = values.drop_nulls().unique()
    mapped = pl.Series([function(value) for value in distinct.to_list()], dtype=pl.String)
    return values.replace_strict(distinct, mapped, default=None, return_dtype=pl.String)
