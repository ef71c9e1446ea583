"""Distinct: work that is done once for each value of a column, since values repeat."""

from collections.abc import Callable

import polars as pl


def map_distinct(values: pl.Series, function: Callable[[str], str | None]) -> pl.Series:
    """The function's result for each value, as String; null for null."""
    distinct = values.drop_nulls().unique()
    mapped = pl.Series([function(value) for value in distinct.to_list()], dtype=pl.String)
    return values.replace_strict(distinct, mapped, default=None, return_dtype=pl.String)


def is_constant(values: pl.Series) -> bool:
    """Whether all values are the same, or all are null; at least one."""
    if values.has_nulls():
        return values.null_count() == len(values)
    return values[0] == values[-1] and bool((values == values[0]).all())
