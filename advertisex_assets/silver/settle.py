"""Settle: parsed rows and stored keys to the rows of every silver table; pure but for the engine it is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.contested import Contested, contested
from advertisex_assets.silver.parsed import Parsed
from advertisex_assets.silver.read import BATCH_ROWS, as_keys
from advertisex_assets.transforms.deduplicate import WINNER_OF, disturbed_days, losers, resolve
from advertisex_assets.transforms.enrich import Reference, enrich
from advertisex_assets.transforms.parse import is_valid
from advertisex_assets.transforms.validate import rule_versions
from resources.spool import Spool
from schemas.errors import HeldBatchError
from schemas.feed import Feed, Output
from schemas.tables.bronze import POSITION
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_table

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Settled:
    """The rows of one pass by table name, their counts by date, what the contract did not expect (see
    `transforms.drift`), and stored dates that must be rebuilt first."""

    rows: Mapping[str, Spool]
    counts: pl.DataFrame
    drift: pl.DataFrame
    disturbed: frozenset[date]


def settle(feed: Feed, parsed: Parsed, stored: pl.LazyFrame, reference: Reference) -> Settled:
    """Splits parsed rows into quarantine, duplicates and silver rows; their sum is what was received, or it raises."""
    keys = contested(as_keys(parsed.rows.scan().filter(is_valid())), stored)
    resolved = _resolved(feed, keys)
    lost = _collect(losers(resolved))
    disturbed = _collect(disturbed_days(resolved))["day"].to_list()
    rows: dict[str, Spool] = {name: Spool() for name in (QUARANTINE.name, DUPLICATES.name, *_tables(feed))}
    counts = [parsed.received]
    for piece in parsed.rows:
        for batch in piece.iter_slices(BATCH_ROWS) if piece.height else [piece]:
            fates = _fates(feed, batch, lost, reference)
            counts.append(_counts(feed, fates))
            for name, part in fates.items():
                rows[name].add(part)
    return Settled(
        rows,
        _agreeing(feed, counts),
        parsed.drift,
        frozenset(EPOCH + timedelta(days=day) for day in disturbed),
    )


def _resolved(feed: Feed, keys: Contested) -> nw.LazyFrame:
    frames = [nw.from_native(frame.lazy()) for frame in keys]
    return nw.from_native(_collect(resolve(*frames, feed.key.window_days)).lazy())


def _collect(frame: nw.LazyFrame) -> pl.DataFrame:
    native = frame.collect(backend="polars").to_native()
    assert isinstance(native, pl.DataFrame)
    return native


def _fates(feed: Feed, batch: pl.DataFrame, lost: pl.DataFrame, reference: Reference) -> dict[str, pl.DataFrame]:
    """The rows of each table that a batch of parsed rows gives."""
    valid = batch.filter(is_valid())
    winners, duplicates = _parted(valid, lost)
    enriched = enrich(winners, reference)
    return {
        QUARANTINE.name: _quarantine(feed, batch.filter(~is_valid())),
        DUPLICATES.name: _duplicates(feed, duplicates),
        **{output.table: _output(feed, output, enriched) for output in feed.outputs},
    }


def _parted(valid: pl.DataFrame, lost: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that stand, and those that lost, with what `losers` says of them."""
    # Integers first: comparing whole positions of all rows would cost more than all else here.
    near = valid.select(POSITION).with_row_index("row").filter(pl.col("offset").is_in(lost["offset"].implode()))
    beaten = near.join(lost, on=POSITION, how="inner")
    stands = ~pl.int_range(valid.height, eager=True).is_in(beaten["row"].cast(pl.Int64).implode())
    told = beaten.drop("row", *POSITION)
    # A feed may have a column named like something that is told of losers, such as `outcome`.
    beaten_rows = valid[beaten["row"]].drop(told.columns, strict=False)
    return valid.filter(stands) if told.height else valid, pl.concat([beaten_rows, told], how="horizontal")


def _quarantine(feed: Feed, refused: pl.DataFrame) -> pl.DataFrame:
    money = feed.money_column
    return refused.with_columns(
        pl.lit(feed.name).alias("feed"),
        pl.col("decode_error").alias("detail"),
        (pl.col(money) if money else pl.lit(None, pl.Int64)).alias("price_micros"),
        pl.lit(feed.contract_version).alias("contract_version"),
        pl.col("codes").list.eval(pl.element().replace_strict(rule_versions(feed))).alias("rule_versions"),
    ).select(list(QUARANTINE.schema))


def _duplicates(feed: Feed, duplicates: pl.DataFrame) -> pl.DataFrame:
    conflict = pl.col("outcome") == "conflict"
    return duplicates.with_columns(
        pl.lit(feed.name).alias("feed"),
        pl.when(conflict).then(pl.col("payload")).alias("payload"),
        *(pl.col(name).cast(DUPLICATES.schema[name]) for name in WINNER_OF),
    ).select(list(DUPLICATES.schema))


def _output(feed: Feed, output: Output, enriched: pl.DataFrame) -> pl.DataFrame:
    return enriched.lazy().filter(output.when).select(list(silver_table(feed, output).schema)).collect()


def _tables(feed: Feed) -> list[str]:
    return [output.table for output in feed.outputs]


def _counts(feed: Feed, rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows by date and outcome."""
    lost = rows[DUPLICATES.name]
    parts = {
        "accepted": pl.concat([rows[name].select("event_date") for name in _tables(feed)]),
        "duplicates": lost.filter(pl.col("outcome") == "duplicate"),
        "conflicts": lost.filter(pl.col("outcome") == "conflict"),
        "quarantined": rows[QUARANTINE.name],
    }
    counted = [
        part.group_by("event_date").agg(pl.len().cast(pl.Int64).alias(name)) for name, part in parts.items()
    ]
    return pl.concat(counted, how="diagonal")


def _agreeing(feed: Feed, counts: list[pl.DataFrame]) -> pl.DataFrame:
    """Rows by date: received, accepted, duplicates, conflicts, quarantined, excluded; raises unless they add up."""
    counted = pl.concat(counts, how="diagonal").group_by("event_date").sum().sort("event_date")
    outcomes = pl.sum_horizontal("accepted", "duplicates", "conflicts", "quarantined", "excluded")
    wrong = counted.filter(pl.col("received") != outcomes)
    if wrong.height:
        raise HeldBatchError(
            f"The sums of feed {feed.name} do not agree; nothing was written. Wrong dates: {wrong.to_dicts()}. "
            "This is a bug in a transform: fix it and run again; bronze is complete."
        )
    return counted
