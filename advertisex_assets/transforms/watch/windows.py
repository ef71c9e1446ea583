"""Windows: activity summed over one stretch of time and over the stretches that it is compared with."""

import polars as pl

from schemas.checks.thresholds import DAY_US, HISTORY_DAYS, LEVEL_DAYS

SERIES = ("kind", "segment", "measure")


def same_hours(activity: pl.DataFrame, now_us: int, window_us: int) -> pl.DataFrame:
    """SERIES, age_days, value: [now - window, now) and the same hours of each earlier day (age 0 is now)."""
    age_us = now_us - 1 - pl.col("bucket_us")
    history = age_us.is_between(0, HISTORY_DAYS * DAY_US + window_us - 1)
    return _summed(activity.filter(history & (age_us % DAY_US < window_us)), age_us // DAY_US)


def whole_days(activity: pl.DataFrame, until_us: int) -> pl.DataFrame:
    """SERIES, age_days, value: the last week's stretches of 24 hours back from `until_us` (age 1 is the last one)."""
    age_us = until_us - 1 - pl.col("bucket_us")
    history = age_us.is_between(0, LEVEL_DAYS * DAY_US - 1)
    return _summed(activity.filter(history), age_us // DAY_US + 1)


def days_before(activity: pl.DataFrame, until_us: int) -> int:
    """How many whole days before `until_us` the activity covers, HISTORY_DAYS at most."""
    first_us = activity["bucket_us"].min()
    if not isinstance(first_us, int):
        return 0
    return min(HISTORY_DAYS, max(0, until_us - first_us) // DAY_US)


def _summed(rows: pl.DataFrame, age: pl.Expr) -> pl.DataFrame:
    return rows.group_by(*SERIES, age.alias("age_days")).agg(pl.col("value").sum())
