"""File balance: whether bronze holds as many records of every landed file as its landing counted."""

import polars as pl

from resources.lake import Lake, LakeTable
from resources.lake.dropped import ROWS, dropped_counts
from schemas.feed import Feed
from schemas.tables.bronze import FILES

FILE = "file:"
"""What the source of a file begins with; its mark in bronze is the number of records landed of it."""

GROWN = "grown"
"""Outcome of an arrival whose file had grown: its last record may have grown too, and is then landed once more."""


def file_balance(lake: Lake, feed: Feed, bronze: LakeTable) -> pl.DataFrame:
    """One row per landed file: source, path, records (counted by the landing), rows (in bronze), balanced."""
    marks = [(source, count) for source, count in bronze.marks().items() if source.startswith(FILE)]
    counted = pl.DataFrame(marks, schema={"source": pl.String, "records": pl.Int64}, orient="row")
    rows = bronze.scan().filter(pl.col("source").str.starts_with(FILE)).group_by("source")
    held = rows.agg(pl.len().cast(pl.Int64).alias("rows")).collect()
    held = pl.concat([held, _dropped(bronze)]).group_by("source").agg(pl.col("rows").sum())
    both = counted.join(held, on="source", how="full", coalesce=True).join(
        _arrivals(lake, feed), on="source", how="left"
    )
    both = both.with_columns(pl.col("records", "rows", "grown").fill_null(0))
    balanced = pl.col("rows").is_between(pl.col("records"), pl.col("records") + pl.col("grown"))
    return both.select("source", "path", "records", "rows", balanced.alias("balanced")).sort("source")


def _dropped(bronze: LakeTable) -> pl.DataFrame:
    """source, rows: what retention dropped of each file."""
    found = dropped_counts(bronze.marks()).items()
    rows = [(key.removesuffix("/0"), counts[ROWS]) for key, counts in found if key.startswith(FILE)]
    return pl.DataFrame(rows, schema={"source": pl.String, "rows": pl.Int64}, orient="row")


def _arrivals(lake: Lake, feed: Feed) -> pl.DataFrame:
    """source, path, grown: where a file came from, and how often it had grown."""
    if not lake.exists(FILES):
        return pl.DataFrame(schema={"source": pl.String, "path": pl.String, "grown": pl.Int64})
    files = lake.open(FILES).scan().filter(pl.col("feed") == feed.name)
    grown = (pl.col("outcome") == GROWN).sum().cast(pl.Int64).alias("grown")
    return files.group_by("source").agg(pl.col("path").first(), grown).collect()
