"""Fates: what becomes of parsed rows, batch by batch: quarantine, duplicates, silver rows; and whether the sums agree.

Pure: whoever works through the batches, in this process or on a cluster, calls these. Not here: who lost to whom.
"""

from collections.abc import Mapping

import polars as pl

from advertisex_assets.transforms.deduplicate import WINNER_OF
from advertisex_assets.transforms.enrich import Reference, enrich
from advertisex_assets.transforms.parse import is_valid
from advertisex_assets.transforms.validate import rule_versions
from schemas.errors import HeldBatchError
from schemas.feed import Feed, Output
from schemas.tables.bronze import POSITION
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_table


def fates(feed: Feed, batch: pl.DataFrame, lost: pl.DataFrame, reference: Reference) -> dict[str, pl.DataFrame]:
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


def table_names(feed: Feed) -> tuple[str, ...]:
    """The tables that rows of the feed go to, in the order in which they are committed."""
    return (QUARANTINE.name, DUPLICATES.name, *_output_names(feed))


def _output_names(feed: Feed) -> list[str]:
    return [output.table for output in feed.outputs]


def counts_of(feed: Feed, rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows by date and outcome."""
    lost = rows[DUPLICATES.name]
    parts = {
        "accepted": pl.concat([rows[name].select("event_date") for name in _output_names(feed)]),
        "duplicates": lost.filter(pl.col("outcome") == "duplicate"),
        "conflicts": lost.filter(pl.col("outcome") == "conflict"),
        "quarantined": rows[QUARANTINE.name],
    }
    counted = [
        part.group_by("event_date").agg(pl.len().cast(pl.Int64).alias(name)) for name, part in parts.items()
    ]
    return pl.concat(counted, how="diagonal")


def agreeing(feed: Feed, counts: list[pl.DataFrame]) -> pl.DataFrame:
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
