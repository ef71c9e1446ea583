"""What is measured: each is prepared with its arguments, and then does its work and returns how many rows it did."""

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from advertisex_assets.silver.catch_up import rebuild
from advertisex_assets.silver.handles import open_tables
from advertisex_assets.silver.read import BATCH_ROWS
from advertisex_assets.transforms.decode import decode
from benchmarks.silver.lakes import FIRST, inputs, land, refresh
from resources.files import list_files
from resources.lake import Lake, LakeTable
from resources.lake.encode import encode
from resources.run import new_run
from schemas.discover import feed_named
from schemas.feed import Feed
from schemas.tables.bronze import RECORD, bronze_table

Work = Callable[[], int]

def limit(lake: str, feed: str, warm_lake: str) -> Work:
    """The limit: bronze rows are read and decoded to the feed's columns, in batches of silver's size, and the rows that
    silver has of them are written to Parquet: a file for each of its tables and dates. Nothing is done in between:
    silver's rows were read before."""
    _limit(Lake(warm_lake), feed_named(feed))()
    return _limit(Lake(lake), feed_named(feed))


def _limit(lake: Lake, feed: Feed) -> Work:
    stored = [(table.table, _own_rows(table, feed)) for table in open_tables(lake, feed).dated]

    def work() -> int:
        decoded = _decoded(lake, feed)
        for table, rows in stored:
            for number, part in enumerate(rows.partition_by(table.partition_by, include_key=False)):
                encode(part).write(str(Path(lake.root) / f"{table.name}-{number}.parquet"))
        return decoded

    return work


def _own_rows(table: LakeTable, feed: Feed) -> pl.DataFrame:
    rows = table.scan().collect()
    return rows.filter(pl.col("feed") == feed.name) if "feed" in rows.columns else rows


def _decoded(lake: Lake, feed: Feed) -> int:
    """Reads and decodes every record; returns how many."""
    records = lake.open(bronze_table(feed)).scan().filter(pl.col("kind") == RECORD)
    needed = records.select("kind", "payload", "header", "codec").collect()
    for batch in needed.iter_slices(BATCH_ROWS):
        decode(feed, batch)
    return needed.height


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
