"""Settle: parsed rows and stored keys to the rows of every silver table; pure but for the engine it is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.read import as_keys
from advertisex_assets.transforms.deduplicate import WINNER_OF, disturbed_days, losers, resolve
from advertisex_assets.transforms.enrich import Reference, enrich
from advertisex_assets.transforms.parse import is_valid
from schemas.errors import HeldBatchError
from schemas.feed import Feed
from schemas.tables.bronze import EXCLUDED_KINDS, POSITION
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_table

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Settled:
    """The rows of one pass by table name, their counts by date, and stored dates that must be rebuilt first."""

    rows: Mapping[str, pl.DataFrame]
    counts: pl.DataFrame
    disturbed: frozenset[date]


def settle(
    feed: Feed, bronze: pl.DataFrame, parsed: pl.DataFrame, stored: pl.LazyFrame, reference: Reference
) -> Settled:
    """Splits parsed rows into quarantine, duplicates and silver rows; their sum is what was received, or it raises."""
    valid = parsed.filter(is_valid())
    refused = parsed.filter(~is_valid())
    resolved = _resolved(feed, valid, stored)
    lost = _collect(losers(resolved))
    disturbed = _collect(disturbed_days(resolved))["day"].to_list()
    winners = valid.join(lost, on=POSITION, how="anti") if lost.height else valid
    duplicates = (
        valid.join(lost, on=POSITION, how="inner") if lost.height else valid.clear().join(lost, on=POSITION)
    )
    enriched = enrich(winners, reference)
    rows = {
        QUARANTINE.name: _quarantine(feed, refused),
        DUPLICATES.name: _duplicates(feed, duplicates),
        **{output.table: _output(feed, output.table, enriched) for output in feed.outputs},
    }
    return Settled(
        rows, _counts(feed, bronze, rows), frozenset(EPOCH + timedelta(days=day) for day in disturbed)
    )


def _resolved(feed: Feed, valid: pl.DataFrame, stored: pl.LazyFrame) -> nw.LazyFrame:
    ids = valid["event_id"].unique()
    rivals = stored.filter(pl.col("event_id").is_in(ids.implode())) if len(ids) else stored.clear()
    keys = rivals.collect().lazy()
    frame = resolve(nw.from_native(as_keys(valid.lazy())), nw.from_native(keys), feed.key.window_days)
    return nw.from_native(_collect(frame).lazy())


def _collect(frame: nw.LazyFrame) -> pl.DataFrame:
    native = frame.collect(backend="polars").to_native()
    assert isinstance(native, pl.DataFrame)
    return native


def _quarantine(feed: Feed, refused: pl.DataFrame) -> pl.DataFrame:
    money = feed.money_column
    return refused.with_columns(
        pl.lit(feed.name).alias("feed"),
        pl.col("decode_error").alias("detail"),
        (pl.col(money) if money else pl.lit(None, pl.Int64)).alias("price_micros"),
        pl.lit(feed.contract_version).alias("contract_version"),
    ).select(list(QUARANTINE.schema))


def _duplicates(feed: Feed, duplicates: pl.DataFrame) -> pl.DataFrame:
    conflict = pl.col("outcome") == "conflict"
    return duplicates.with_columns(
        pl.lit(feed.name).alias("feed"),
        pl.when(conflict).then(pl.col("payload")).alias("payload"),
        *(pl.col(name).cast(DUPLICATES.schema[name]) for name in WINNER_OF),
    ).select(list(DUPLICATES.schema))


def _output(feed: Feed, name: str, enriched: pl.DataFrame) -> pl.DataFrame:
    output = next(output for output in feed.outputs if output.table == name)
    return enriched.filter(output.when).select(list(silver_table(feed, output).schema))


def _counts(feed: Feed, bronze: pl.DataFrame, rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows by date: received, accepted, duplicates, conflicts, quarantined, excluded; raises unless they add up."""
    lost = rows[DUPLICATES.name]
    parts = {
        "received": bronze,
        "accepted": pl.concat([rows[output.table].select("event_date") for output in feed.outputs]),
        "duplicates": lost.filter(pl.col("outcome") == "duplicate"),
        "conflicts": lost.filter(pl.col("outcome") == "conflict"),
        "quarantined": rows[QUARANTINE.name],
        "excluded": bronze.filter(pl.col("kind").is_in(EXCLUDED_KINDS)),
    }
    counted = bronze.select("event_date").unique()
    for name, part in parts.items():
        by_date = part.group_by("event_date").agg(pl.len().cast(pl.Int64).alias(name))
        counted = counted.join(by_date, on="event_date", how="left")
    counted = counted.fill_null(0).sort("event_date")
    outcomes = pl.sum_horizontal("accepted", "duplicates", "conflicts", "quarantined", "excluded")
    wrong = counted.filter(pl.col("received") != outcomes)
    if wrong.height:
        raise HeldBatchError(
            f"The sums of feed {feed.name} do not agree; nothing was written. Wrong dates: {wrong.to_dicts()}. "
            "This is a bug in a transform: fix it and run again; bronze is complete."
        )
    return counted
