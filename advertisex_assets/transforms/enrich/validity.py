"""Validity: SCD2 intervals in epoch microseconds, checked for overlaps and completed with their gaps.

Not here: what the rows say (`reference`) or the join (`as_of`).
"""

import polars as pl

SINCE_EVER_US = -(2**62)
FOR_EVER_US = 2**62
"""Ends of time: 146,000 years from 1970, with room for arithmetic in an Int64."""


def intervals(rows: pl.DataFrame, key: str, values: tuple[str, ...]) -> pl.DataFrame:
    """key, values, `from_us`, `to_us` (Int64, half-open) of SCD2 rows with valid_from and valid_to, sorted."""
    return rows.select(
        key,
        *values,
        pl.col("valid_from").cast(pl.Int64).fill_null(SINCE_EVER_US).alias("from_us"),
        pl.col("valid_to").cast(pl.Int64).fill_null(FOR_EVER_US).alias("to_us"),
    ).sort(key, "from_us")


def overlapping(held: pl.DataFrame, key: str) -> pl.DataFrame:
    """The intervals that begin before an earlier one of their key ends; adds `earlier_to_us`."""
    earlier = pl.col("to_us").cum_max().shift(1).over(key)
    return held.with_columns(earlier.alias("earlier_to_us")).filter(
        pl.col("from_us") < pl.col("earlier_to_us")
    )


def with_gaps(held: pl.DataFrame, key: str) -> pl.DataFrame:
    """The intervals of each key and, with null values, the times between them: together all of time, once.

    So a left join on the key and a filter on time keep every row exactly once, on every engine.
    """
    before = held.select(
        key,
        pl.col("to_us").shift(1, fill_value=SINCE_EVER_US).over(key).alias("start"),
        pl.col("from_us").alias("end"),
    )
    after = (
        held.group_by(key)
        .agg(pl.col("to_us").max().alias("start"))
        .with_columns(pl.lit(FOR_EVER_US, pl.Int64).alias("end"))
    )
    gaps = pl.concat([before, after]).filter(pl.col("start") < pl.col("end"))
    return pl.concat([held, gaps.rename({"start": "from_us", "end": "to_us"})], how="diagonal")
