"""Conservation: every received record has exactly one outcome (invariant 6). No table is read here."""

from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

RECEIVED = "received"
OUTCOMES = ("accepted", "duplicates", "conflicts", "quarantined", "excluded")
"""What can become of a record; their sum is what was received, with tolerance 0."""

COUNTS = (RECEIVED, *OUTCOMES)


def counts_by_date(parts: Iterable[pl.LazyFrame]) -> pl.DataFrame:
    """One row per event_date with every count (Int64), from frames of event_date and some of the counts.

    Counts of the same name and date are added up; dates may be null (rows that were never routed).
    """
    columns = {"event_date": pl.Date(), **{name: pl.Int64() for name in COUNTS}}
    empty = pl.LazyFrame(schema=columns)
    everything = pl.concat([empty, *parts], how="diagonal_relaxed")
    sums = [pl.col(name).fill_null(0).sum().cast(pl.Int64) for name in COUNTS]
    return everything.group_by("event_date").agg(sums).sort("event_date").collect()


def surplus() -> pl.Expr:
    """Outcomes minus received: negative where records are missing, positive where they are counted twice."""
    return pl.sum_horizontal(*OUTCOMES).cast(pl.Int64) - pl.col(RECEIVED)


def unbalanced(counts: pl.DataFrame) -> pl.DataFrame:
    """The dates whose sums do not agree, with `surplus`."""
    return counts.with_columns(surplus().alias("surplus")).filter(pl.col("surplus") != 0)


def date_ranges(dates: Iterable[date]) -> tuple[tuple[date, date], ...]:
    """Contiguous stretches, inclusive at both ends, in order."""
    stretches: list[tuple[date, date]] = []
    for day in sorted(set(dates)):
        if stretches and day - stretches[-1][1] == timedelta(days=1):
            stretches[-1] = (stretches[-1][0], day)
        else:
            stretches.append((day, day))
    return tuple(stretches)
