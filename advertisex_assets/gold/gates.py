"""Gates: what must be true of gold rows before they are committed; each finds the rows that break it.

A gate takes the computed rows and the inputs (as read, times in Int64 microseconds) and returns the offenders, with
`event_date`; an empty frame means that the batch may pass. Not here: statistics, which warn and never block.
"""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from advertisex_assets.transforms.attribution.contract import CREDIT_MICROS
from advertisex_assets.transforms.attribution.models import WEIGHTS
from advertisex_assets.transforms.marts.journeys import LONGEST_WINDOW_DAYS
from schemas.errors import HeldBatchError
from schemas.tables.table import Table

Inputs = Mapping[str, pl.LazyFrame]
Gate = Callable[[pl.DataFrame, Inputs], pl.DataFrame]

SHOWN = 5
"""Offending rows named in the error: enough to start from, short enough to read."""


def hold_unless_true(table: Table, rows: pl.DataFrame, inputs: Inputs, gates: Sequence[Gate]) -> None:
    """Raises HeldBatchError naming table, gate, dates and rows if a gate finds offenders."""
    for gate in (_grain_is_unique(table), *gates):
        wrong = gate(rows, inputs)
        if wrong.is_empty():
            continue
        dates = ", ".join(str(day) for day in wrong["event_date"].unique().sort().to_list())
        raise HeldBatchError(
            f"{table.full_name} is held: {gate.__doc__ or gate} Not true on {dates} for {wrong.height} rows, "
            f"among them {wrong.head(SHOWN).to_dicts()}. Nothing was written; silver is complete. "
            "This is a bug in a transform: fix it and run again."
        )


def _grain_is_unique(table: Table) -> Gate:
    def gate(rows: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
        """A row's grain is its own."""
        keys = rows.select(table.grain_columns)
        return keys.filter(keys.is_duplicated())

    return gate


def same_sums(measure: str, source: str | None = None) -> Gate:
    """The gate that counts `measure` by date against the rows of the input that it counts."""

    def gate(rows: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
        """The counts of a date sum to the rows that it was made from."""
        expected = (
            inputs[source or measure].group_by("event_date").agg(pl.len().cast(pl.Int64).alias("expected"))
        )
        counted = rows.group_by("event_date").agg(pl.col(measure).sum().alias(measure))
        both = counted.join(expected.collect(), on="event_date", how="full", coalesce=True).fill_null(0)
        return both.filter(pl.col(measure) != pl.col("expected"))

    return gate


def credit_is_whole(rows: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """Every conversion has every model, and its credit sums to 1,000,000 in each."""
    key = ["event_date", "conversion_id"]
    credit = rows.group_by(*key, "model").agg(pl.col("credit_micros").sum())
    whole = (pl.col("credit_micros") == CREDIT_MICROS).all()
    found = credit.group_by(key).agg(pl.col("model").n_unique().alias("models"), whole.alias("whole"))
    wanted = inputs["conversions"].select("event_date", pl.col("event_id").alias("conversion_id")).collect()
    both = wanted.join(found, on=key, how="full", coalesce=True)
    return both.filter(((pl.col("models") == len(WEIGHTS)) & pl.col("whole")).fill_null(False).not_())


def revenue_is_whole(rows: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """The revenue of a conversion is split without gain or loss in every model."""
    key = ["event_date", "conversion_id"]
    split = rows.group_by(*key, "model").agg(pl.col("revenue_micros").sum().alias("split_micros"))
    worth = inputs["conversions"].select(
        "event_date",
        pl.col("event_id").alias("conversion_id"),
        pl.col("revenue_micros").fill_null(0).alias("worth"),
    )
    return split.join(worth.collect(), on=key, how="left").filter(
        pl.col("split_micros").ne_missing(pl.col("worth"))
    )


def touches_precede(rows: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """No touch comes after its conversion or earlier than the longest window."""
    age = pl.col("conversion_at") - pl.col("touch_at")
    in_window = age.is_between(0, LONGEST_WINDOW_DAYS * 86_400_000_000)
    return rows.filter(~in_window.fill_null(True)).select(
        "event_date", "conversion_id", "model", "touch_id", "touch_at", "conversion_at"
    )
