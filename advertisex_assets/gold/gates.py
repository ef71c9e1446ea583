"""Gates: what must be true of gold rows before they are committed; each finds the rows that break it.

A gate takes the computed rows and what they were made from, and returns the offenders with their date; none
means that the batch may pass. Its docstring is the sentence shown. Not here: statistics, which warn and never block.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from advertisex_assets.transforms.attribution.contract import CREDIT_MICROS
from advertisex_assets.transforms.attribution.models import WEIGHTS
from advertisex_assets.transforms.marts.windows import DAY_US, LONGEST_WINDOW_DAYS
from schemas.contracts import grain_marks
from schemas.errors import HeldBatchError
from schemas.tables.table import Table

SHOWN = 5
"""Offending rows named in the error: enough to start from, short enough to read."""


@dataclass(frozen=True)
class Batch:
    """What gold rows were made from: the dates, the inputs as read (times in Int64 us), and their rows by date.

    `rows_by_date` comes from the Delta logs, so that a row lost in reading shows.
    """

    dates: Sequence[date]
    inputs: Mapping[str, pl.LazyFrame]
    rows_by_date: Mapping[str, Mapping[date, int]]

    def of_dates(self, name: str) -> pl.LazyFrame:
        """An input's rows of the very dates: between them may lie others, which are not computed."""
        return self.inputs[name].filter(pl.col("event_date").is_in(list(self.dates)))


Gate = Callable[[pl.DataFrame, Batch], pl.DataFrame]


def hold_unless_true(table: Table, rows: pl.DataFrame, batch: Batch, gates: Sequence[Gate]) -> None:
    """Raises HeldBatchError naming table, gate, dates and rows if a gate finds offenders."""
    for gate in (_grain_is_unique(table), *gates):
        wrong = gate(rows, batch)
        if wrong.is_empty():
            continue
        dates = ", ".join(str(day) for day in wrong[table.date_column].unique().sort().to_list())
        raise HeldBatchError(
            f"{table.full_name} is held: {gate.__doc__ or gate} Not true on {dates} for {wrong.height} rows, "
            f"among them {wrong.head(SHOWN).to_dicts()}. Nothing was written; silver is complete. "
            "This is a bug in a transform: fix it and run again."
        )


def _grain_is_unique(table: Table) -> Gate:
    def gate(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
        """A row's grain is its own."""
        keys = rows.select(table.grain_columns)
        if grain_marks(table, rows).n_unique() == rows.height:
            return keys.clear()
        return keys.filter(keys.is_duplicated())

    return gate


def same_sums(measure: str, source: str | None = None) -> Gate:
    """The gate that counts `measure` by date against the rows of the input that it counts."""

    def gate(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
        """The counts of a date sum to the rows that it was made from."""
        held = batch.rows_by_date[source or measure]
        expected = {"event_date": batch.dates, "expected": [held.get(day, 0) for day in batch.dates]}
        wanted = pl.DataFrame(expected, schema={"event_date": pl.Date, "expected": pl.Int64})
        counted = rows.group_by("event_date").agg(pl.col(measure).sum().alias(measure))
        both = wanted.join(counted, on="event_date", how="full", coalesce=True).fill_null(0)
        return both.filter(pl.col(measure) != pl.col("expected"))

    return gate


def same_totals(columns: Sequence[str], source: str) -> Gate:
    """The gate that compares the sums of columns by date with those of a finer mart."""

    def gate(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
        """The sums of a date are those of the finer mart that it was made from."""
        finer = batch.of_dates(source).group_by("event_date").agg(pl.col(columns).sum()).collect()
        sums = rows.group_by("event_date").agg(pl.col(columns).sum())
        either = pl.concat([finer, sums.select(finer.columns)])
        return either.filter(~either.is_duplicated())

    return gate


def credit_is_whole(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """Every conversion has every model, and its credit sums to 1,000,000 in each."""
    key = ["event_date", "conversion_id"]
    credit = rows.group_by(*key, "model").agg(pl.col("credit_micros").sum())
    whole = (pl.col("credit_micros") == CREDIT_MICROS).all()
    found = credit.group_by(key).agg(pl.col("model").n_unique().alias("models"), whole.alias("whole"))
    wanted = (
        batch.of_dates("conversions")
        .select("event_date", pl.col("event_id").alias("conversion_id"))
        .collect()
    )
    both = wanted.join(found, on=key, how="full", coalesce=True)
    return both.filter(((pl.col("models") == len(WEIGHTS)) & pl.col("whole")).fill_null(False).not_())


def revenue_is_whole(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """The revenue of a conversion is split without gain or loss in every model."""
    key = ["event_date", "conversion_id"]
    split = rows.group_by(*key, "model").agg(pl.col("revenue_micros").sum().alias("split_micros"))
    worth = batch.of_dates("conversions").select(
        "event_date",
        pl.col("event_id").alias("conversion_id"),
        pl.col("revenue_micros").fill_null(0).alias("worth"),
    )
    return split.join(worth.collect(), on=key, how="left").filter(
        pl.col("split_micros").ne_missing(pl.col("worth"))
    )


def touches_precede(rows: pl.DataFrame, batch: Batch) -> pl.DataFrame:
    """No touch comes after its conversion or earlier than the longest window."""
    age = pl.col("conversion_at") - pl.col("touch_at")
    in_window = age.is_between(0, LONGEST_WINDOW_DAYS * DAY_US)
    return rows.filter(~in_window.fill_null(True)).select(
        "event_date", "conversion_id", "model", "touch_id", "touch_at", "conversion_at"
    )
