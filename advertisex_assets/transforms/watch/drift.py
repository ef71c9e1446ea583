"""Drift: fields that the contract does not know and that were not there before."""

import polars as pl

from schemas.checks.measures import unknown_of
from schemas.checks.signals import SegmentKind
from schemas.checks.thresholds import DAY_US

LOWEST_ROWS = 10
"""Single records with odd fields are somebody's test, not a new version of a sender."""


def new_fields(activity: pl.DataFrame, table: str, now_us: int) -> list[tuple[str, str, int]]:
    """(table, field, rows) of unknown fields seen within the last day and never before; empty on the first day."""
    mine = activity.filter((pl.col("kind") == SegmentKind.FIELD) & (pl.col("measure") == unknown_of(table)))
    recent = pl.col("bucket_us") >= now_us - DAY_US
    if activity.filter(~recent).is_empty():
        return []
    counted = mine.group_by("segment").agg(
        pl.col("value").filter(recent).sum().alias("now"),
        pl.col("value").filter(~recent).sum().alias("before"),
    )
    new = counted.filter((pl.col("before") == 0) & (pl.col("now") >= LOWEST_ROWS)).sort("segment")
    return [(table, field, rows) for field, rows in new.select("segment", "now").iter_rows()]
