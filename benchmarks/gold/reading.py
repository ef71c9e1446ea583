"""Reading a campaign's 90 days: from gold, from silver, and from the same table in a DuckDB database of its own."""

import json
import os
import statistics
import tempfile
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.refresh import refresh_gold
from benchmarks.gold import silver
from benchmarks.upkeep.lakes import cpu_of
from resources.lake import Lake, Marks
from resources.lake.live import live_files
from resources.run import new_run
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.table import Table

MONTHS = 3
TURNS = 7
COPIES = 10
"""Files of each date with the same events: what is read is ten times what must be made."""
LEAST = 10_000_000
"""Impressions a month, about what a small platform shows: of fewer, opening files is all that is measured."""
CAMPAIGN = "cmp-7"
ASKED = ("impressions", "clicks", "spend_micros", "revenue_micros")
NEEDED = {
    "impressions": ("campaign_id", "price_micros", "currency", "viewable_ms"),
    "clicks": ("campaign_id",),
    "conversions": ("campaign_id", "revenue_micros", "currency"),
}
"""What the sums of a campaign read of silver."""


def run(impressions: int) -> tuple[str, dict[str, Any]]:
    """A paragraph and the figures, of so many impressions in 30 days, or LEAST."""
    impressions = max(impressions, LEAST)
    with tempfile.TemporaryDirectory(prefix="gold-") as folder:
        lake = Lake(f"{folder}/lake")
        for month in range(MONTHS):
            silver.fill(lake, impressions // COPIES, timedelta(days=30 * month))
        for kind in ("impressions", "clicks"):
            _repeat(lake, kind)
        marts = [mart_named(name) for name in ("conversions", "campaign_hourly", "campaign_daily")]
        refresh_gold(lake, new_run("gold"), marts=marts)
        native = Path(folder, "native.duckdb")
        with duckdb.connect(str(native)) as connection:
            connection.register("gold", lake.open(CAMPAIGN_DAILY).scan().collect().to_arrow())
            connection.execute("CREATE TABLE campaign_daily AS SELECT * FROM gold ORDER BY event_date")
        readers = {
            "gold": lambda: _from_gold(lake),
            "silver": lambda: _from_silver(lake),
            "DuckDB": lambda: _from_duckdb(native),
        }
        _assert_same(readers)
        costs = {name: [cpu_of(read) for _ in range(TURNS)] for name, read in readers.items()}
        sizes = {
            "gold": _bytes(lake, CAMPAIGN_DAILY, ("campaign_id", *ASKED)),
            "silver": sum(_bytes(lake, silver.table_of(kind)[0], names) for kind, names in NEEDED.items()),
        }
    cpu = {name: statistics.median(each) for name, each in costs.items()}
    times = cpu["silver"] / cpu["gold"], sizes["silver"] / sizes["gold"], cpu["gold"] / cpu["DuckDB"]
    text = (
        f"## A campaign's 90 days, of {MONTHS * impressions:,} impressions\n\n"
        f"From gold {cpu['gold'] * 1000:.0f} ms CPU and {sizes['gold'] / 1e6:.2f} MB. From silver "
        f"{cpu['silver'] * 1000:.0f} ms and {sizes['silver'] / 1e6:.1f} MB: {times[0]:.0f} times the time, "
        f"{times[1]:.0f} times the bytes. From a DuckDB database {cpu['DuckDB'] * 1000:.0f} ms; gold takes "
        f"{times[2]:.1f} times that."
    )
    return text, {"impressions": MONTHS * impressions, "cpu_seconds": cpu, "bytes": sizes}


def _repeat(lake: Lake, kind: str) -> None:
    """Adds every file of a silver table COPIES - 1 times more, as links."""
    opened = lake.open(silver.table_of(kind)[0])
    folder, actions = Path(opened.uri.removeprefix("file://")), []
    for file, copy in product(live_files(opened), range(1, COPIES)):
        path = Path(file.path).with_name(f"{copy}-{Path(file.path).name}")
        os.link(folder / file.path, folder / path)
        stats = json.dumps({"numRecords": file.rows})
        actions.append(AddAction(str(path), file.size_bytes, dict(file.partition), 0, True, stats))
    opened.commit_files(actions, Marks())


def _from_gold(lake: Lake) -> pl.DataFrame:
    rows = lake.open(CAMPAIGN_DAILY).scan().filter(pl.col("campaign_id") == CAMPAIGN)
    return rows.select(pl.col(ASKED).sum()).collect()


def _from_silver(lake: Lake) -> pl.DataFrame:
    views, clicks, sales = (
        lake.open(silver.table_of(kind)[0]).scan().filter(pl.col("campaign_id") == CAMPAIGN)
        for kind in NEEDED
    )
    parts = [
        views.select(impressions=pl.len().cast(pl.Int64), spend_micros=pl.col("price_micros").sum()),
        clicks.select(clicks=pl.len().cast(pl.Int64)),
        sales.select(revenue_micros=pl.col("revenue_micros").sum()),
    ]
    together = pl.concat(pl.collect_all(parts), how="horizontal")
    return together.select(ASKED)


def _from_duckdb(database: Path) -> pl.DataFrame:
    sums = ", ".join(f"sum({name})::BIGINT" for name in ASKED)
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(
            f"SELECT {sums} FROM campaign_daily WHERE campaign_id = ?", [CAMPAIGN]
        ).fetchone()
    return pl.DataFrame([row], schema=ASKED, orient="row")


def _assert_same(readers: dict[str, Callable[[], pl.DataFrame]]) -> None:
    one, *others = (read() for read in readers.values())
    assert all(other.equals(one) for other in others), "The readers give different sums."


def _bytes(lake: Lake, table: Table, columns: tuple[str, ...]) -> int:
    """Compressed bytes of the columns in all files of the table."""
    total = 0
    for path in DeltaTable(lake.uri(table)).file_uris():
        footer = pq.ParquetFile(path).metadata
        for group in range(footer.num_row_groups):
            chunks = (footer.row_group(group).column(place) for place in range(footer.num_columns))
            total += sum(chunk.total_compressed_size for chunk in chunks if chunk.path_in_schema in columns)
    return total
