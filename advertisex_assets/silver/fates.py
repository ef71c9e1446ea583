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
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_table, silver_tables


def fates(feed: Feed, batch: pl.DataFrame, lost: pl.DataFrame, reference: Reference) -> dict[str, pl.DataFrame]:
    """The rows of each table that a batch of parsed rows gives."""
    refused, valid = parted(feed, batch)
    return {QUARANTINE.name: refused} | fates_of_valid(feed, valid, lost, reference)


def parted(feed: Feed, batch: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of parsed rows the refused ones, as the quarantine keeps them, and the valid ones, with what is read of those."""
    tables = (DUPLICATES, *silver_tables(feed))
    read = {name for output in feed.outputs for name in output.when.meta.root_names()}
    read |= {name for table in tables for name in table.schema}
    valid = batch.select(name for name in batch.columns if name in read).filter(batch.select(is_valid()).to_series())
    return _quarantine(feed, batch.filter(~is_valid())), valid


def fates_of_valid(
    feed: Feed, valid: pl.DataFrame, lost: pl.DataFrame, reference: Reference
) -> dict[str, pl.DataFrame]:
    """The same of valid rows (see `parted`), which nothing refuses."""
    winners, duplicates = _told_apart(valid, lost)
    enriched = enrich(winners, reference)
    return {
        DUPLICATES.name: _duplicates(feed, duplicates),
        **{output.table: _output(feed, output, enriched) for output in feed.outputs},
    }


def _told_apart(valid: pl.DataFrame, lost: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
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


def counts_of(feed: Feed, rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of some of the tables by date and outcome."""
    counted = [_by_date("accepted", rows[output.table]) for output in feed.outputs if output.table in rows]
    if QUARANTINE.name in rows:
        counted.append(_by_date("quarantined", rows[QUARANTINE.name]))
    if DUPLICATES.name in rows:
        lost = rows[DUPLICATES.name]
        counted.append(_by_date("duplicates", lost.filter(pl.col("outcome") == "duplicate")))
        counted.append(_by_date("conflicts", lost.filter(pl.col("outcome") == "conflict")))
    return pl.concat(counted, how="diagonal")


def _by_date(outcome: str, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("event_date").agg(pl.len().cast(pl.Int64).alias(outcome))


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
