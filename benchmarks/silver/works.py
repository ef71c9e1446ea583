"""What is measured: each is prepared with its arguments, and then does its work and returns how many rows it did."""

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from advertisex_assets.silver.catch_up import rebuild
from benchmarks.silver.lakes import FIRST, inputs, land, refresh
from resources.files import list_files
from resources.lake import Lake
from resources.lake.encode import encode
from resources.run import new_run
from schemas.columns import paths_of
from schemas.discover import feed_named
from schemas.tables.bronze import COORDINATES, RECORD, bronze_table

Work = Callable[[], int]

LIMIT_ROWS = 250_000
"""Rows of one file of the limit: large enough that opening files costs nothing."""


def limit(lake: str, feed: str, warm_lake: str) -> Work:
    """The limit: bronze rows are read, decoded by the feed's codecs, and written to Parquet as they come out."""
    _decode_and_write(Lake(warm_lake), feed)
    return lambda: _decode_and_write(Lake(lake), feed)


def _decode_and_write(lake: Lake, feed: str) -> int:
    declared = feed_named(feed)
    names = [column.name for column in COORDINATES]
    rows = lake.open(bronze_table(declared)).scan().filter(pl.col("kind") == RECORD)
    records = rows.select("payload", "header", "codec", *names).collect()
    folder = Path(lake.root)
    for number, chunk in enumerate(records.iter_slices(LIMIT_ROWS)):
        for part in chunk.partition_by("codec"):
            codec = declared.codec(part["codec"][0])
            fields = codec.decode(part["payload"], part["header"], paths_of(declared.columns))
            whole = pl.concat([part.select(names), fields], how="horizontal")
            encode(whole).write(str(folder / f"{number}-{codec.name}.parquet"))
    return records.height


def incremental(lake: str, feed: str, warm_lake: str) -> Work:
    """New rows of dates that silver knows."""
    refresh(Lake(warm_lake), feed)
    return lambda: refresh(Lake(lake), feed)


def full_rebuild(lake: str, feed: str, warm_lake: str) -> Work:
    """Every date anew, from all its bronze rows."""
    _rebuild(Lake(warm_lake), feed)
    return lambda: _rebuild(Lake(lake), feed)


def _rebuild(lake: Lake, feed: str) -> int:
    declared = feed_named(feed)
    dates = lake.open(bronze_table(declared)).scan().select(
        pl.col("event_date").min().alias("first"), pl.col("event_date").max().alias("last")
    )
    span = dates.collect().row(0)
    return int(rebuild(lake, declared, inputs(lake), new_run("benchmark"), span).ledger["received"].sum())


def micro_batches(lake: str, feed: str, batches: list[str]) -> Work:
    """Batches that come one after another; the first is not counted: a process that lives has been through it."""
    opened, (first, *others) = Lake(lake), batches
    land(opened, feed, list_files(first))
    refresh(opened, feed)
    return lambda: sum(_landed(opened, feed, batch) for batch in others)


def _landed(lake: Lake, feed: str, batch: str) -> int:
    land(lake, feed, list_files(batch))
    return refresh(lake, feed)


def one_date(lake: str, feed: str) -> Work:
    """The first date of the traffic anew, whatever its size."""
    opened = Lake(lake)
    span = (FIRST, FIRST)
    return lambda: int(
        rebuild(opened, feed_named(feed), inputs(opened), new_run("benchmark"), span).ledger["received"].sum()
    )


WORKS: Mapping[str, Callable[..., Work]] = {
    "limit": limit,
    "incremental": incremental,
    "full_rebuild": full_rebuild,
    "micro_batches": micro_batches,
    "one_date": one_date,
}
