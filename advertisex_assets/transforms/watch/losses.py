"""Losses: which records lack an outcome, have two, or have one that nobody received; no table is read."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

from advertisex_assets.transforms.watch.conservation import date_ranges
from schemas.tables.bronze import POSITION

PLACE = (*POSITION, "source_name", "event_date", "table")
"""What is read of a record to find it again: where it stood, its date, and the table that holds it."""


class LossKind(StrEnum):
    """What is wrong with a stretch of records."""

    MISSING = "missing"
    """Received, and in none of the tables of outcomes."""
    DOUBLED = "doubled"
    """In one table, or in several, more often than it was received."""
    UNKNOWN = "unknown"
    """In a table of outcomes, and not in bronze: bronze has lost it."""


@dataclass(frozen=True)
class Loss:
    """One stretch of contiguous dates in one table where records are missing, doubled or unknown.

    Offsets are those of the first and last record in the order of source, partition and offset.
    """

    feed: str
    table: str
    kind: LossKind
    first: date
    last: date
    rows: int
    first_record: str
    last_record: str

    @property
    def sentence(self) -> str:
        """What a person reads."""
        dates = f"on {self.first}" if self.first == self.last else f"from {self.first} to {self.last}"
        records = "1 record" if self.rows == 1 else f"{self.rows:,} records"
        where = self.first_record if self.rows == 1 else f"{self.first_record} to {self.last_record}"
        return f"{records} of {self.feed} {dates} {VERBS[self.kind]} {self.table}: {where}."


VERBS = {
    LossKind.MISSING: "should be and are not in",
    LossKind.DOUBLED: "are more than once in",
    LossKind.UNKNOWN: "have an outcome and are not in",
}


def without_outcome(received: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Received records that no table of outcomes holds."""
    return received.join(outcomes.select(POSITION), on=POSITION, how="anti")


def doubled(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows (PLACE) too many: every one but the first of its position, in the order of tables."""
    return rows.sort("table", *POSITION).filter(pl.struct(POSITION).is_first_distinct().not_())


def losses(feed: str, kind: LossKind, rows: pl.DataFrame) -> list[Loss]:
    """Rows (PLACE) grouped by table into stretches of dates."""
    found = []
    for (table,), group in rows.sort("table").group_by("table", maintain_order=True):
        for first, last in date_ranges(group["event_date"].drop_nulls().to_list()):
            stretch = group.filter(pl.col("event_date").is_between(first, last)).sort(POSITION)
            ends = [_record(stretch.row(place, named=True)) for place in (0, -1)]
            found.append(Loss(feed, str(table), kind, first, last, stretch.height, ends[0], ends[1]))
    return found


def _record(row: dict[str, object]) -> str:
    return f"{row['source_name']} partition {row['partition']} offset {row['offset']}"
