"""A lake that grows by many small landings, each taken in by silver; and what can be read of it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.upkeep.layers import upkeep_layer
from advertisex_assets.upkeep.plan import Policy
from advertisex_assets.upkeep.work import Rules, Upkept
from advertisex_assets.watch.recount import recount
from resources.lake import Lake
from resources.run import Run
from schemas.discover import feed_named
from schemas.tables.bronze import bronze_table
from schemas.tables.ops import LEDGER
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from schemas.tables.table import Table
from tests.watch.lakes import FIRST_DAY, INPUTS, impression, land

FEED = feed_named("impressions")
BRONZE = bronze_table(FEED)
TABLES = [BRONZE, *silver_tables(FEED), DUPLICATES, QUARANTINE, LEDGER]
"""What landing and silver write."""

LATER = datetime(2030, 1, 1, 12, tzinfo=UTC)
"""Long after everything: every partition is closed."""


def run_at(moment: datetime = LATER, step=lambda name: None) -> Run:
    """A run whose clock stands still."""
    return Run("test", lambda: moment, step)


def batch(number: int, rows: int = 5, days: int = 3) -> list[dict[str, object]]:
    """The records of one landing, spread over the days; some come twice, in other batches."""
    start = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)
    ids = [number * rows + place - (number % 3) for place in range(rows)]
    return [impression(i, start + timedelta(days=i % days, seconds=i % 86_400)) for i in ids]


def fill(lake: Lake, batches: range, with_silver: bool = True) -> None:
    """Lands the batches one by one; silver follows every second one."""
    for number in batches:
        land(lake, FEED, batch(number), first_offset=number * 5)
        if with_silver and number % 2:
            catch_up(lake, FEED, INPUTS, run_at())


def filled(folder: Path, batches: int) -> Lake:
    """A lake of so many landings, silver behind the last of them or the one before."""
    lake = Lake(str(folder / "lake"))
    fill(lake, range(batches))
    return lake


def rules(**changes: object) -> Rules:
    """Everything is cold at once, and nothing that is not needed is kept."""
    return Rules(**{"keep": timedelta(hours=1), "policy": Policy(cold_after=timedelta(0)), **changes})


def upkeep(lake: Lake, run: Run | None = None, **changes: object) -> list[Upkept]:
    """One round of upkeep over every layer."""
    layers = ("bronze", "silver", "ops")
    return [one for layer in layers for one in upkeep_layer(lake, layer, rules(**changes), run or run_at())]


def readable(lake: Lake, tables: list[Table]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every row of the tables, in an order of their own."""
    for table in tables:
        rows = lake.open(table).scan().drop("run_id", strict=False).collect()
        flat = rows.with_columns(pl.col(pl.List(pl.String)).list.join("|"))
        yield table.full_name, flat.sort(flat.columns)


def counts(lake: Lake) -> pl.DataFrame:
    """What was received, and what became of it."""
    return recount(lake, FEED)


def dates(days: int = 3) -> list[date]:
    """The dates of `batch`."""
    return [FIRST_DAY + timedelta(days=shift) for shift in range(days)]
