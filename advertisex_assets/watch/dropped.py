"""Dropped: what retention took out of bronze and silver, as counts by date: it was received, and had its outcome."""

from collections.abc import Iterator, Mapping

import polars as pl

from resources.lake import Lake
from resources.lake.dropped import ERASED, ROWS, dropped_counts, is_date
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from schemas.tables.table import Table

Counts = Mapping[str, int]


def dropped(lake: Lake, feed: Feed) -> Iterator[pl.LazyFrame]:
    """Frames of event_date and some of `conservation.COUNTS`."""
    for day, counts in _by_date(lake, bronze_table(feed)):
        yield _row(day, {"received": counts[ROWS], "excluded": counts.get("excluded", 0)})
    for table in silver_tables(feed):
        yield from (_row(day, {"accepted": _all(counts)}) for day, counts in _by_date(lake, table))
    for day, counts in _by_date(lake, QUARANTINE, f"{feed.name}/"):
        yield _row(day, {"quarantined": _all(counts)})
    for day, counts in _by_date(lake, DUPLICATES, f"{feed.name}/"):
        conflicts = counts.get("conflicts", 0)
        yield _row(day, {"duplicates": _all(counts) - conflicts, "conflicts": conflicts})


def _all(counts: Counts) -> int:
    return counts.get(ROWS, 0) + counts.get(ERASED, 0)


def _by_date(lake: Lake, table: Table, prefix: str = "") -> Iterator[tuple[str, Counts]]:
    found = dropped_counts(lake.open(table).marks()) if lake.exists(table) else {}
    for key, counts in found.items():
        if key.startswith(prefix) and is_date(key.removeprefix(prefix)):
            yield key.removeprefix(prefix), counts


def _row(day: str, counts: Counts) -> pl.LazyFrame:
    return pl.LazyFrame({"event_date": [day], **{name: [number] for name, number in counts.items()}}).with_columns(
        pl.col("event_date").str.to_date()
    )
