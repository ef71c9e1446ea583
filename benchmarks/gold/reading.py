"""Reading a campaign's 90 days: from gold, from silver, and from the same table in a DuckDB database of its own."""

import statistics
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
from deltalake import DeltaTable

from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.pending import pending_dates
from advertisex_assets.gold.refresh import refresh_mart
from advertisex_assets.gold.sources import Sources
from benchmarks.gold import silver
from benchmarks.measure import cost_of
from resources.lake import Lake
from resources.run import new_run
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.table import Table

MONTHS = 3
TURNS = 7
MOST = 2_000_000
"""Impressions a month: more say nothing else, and silver must be made first."""
CAMPAIGN = "cmp-7"
NEEDED = {
    "impressions": ("campaign_id", "price_micros", "currency", "viewable_ms"),
    "clicks": ("campaign_id",),
    "conversions": ("campaign_id", "revenue_micros", "currency"),
}
"""What the sums of a campaign read of silver."""


def run(impressions: int) -> tuple[str, dict[str, Any]]:
    """A paragraph and the figures, of so many impressions in 30 days, or MOST."""
    impressions = min(impressions, MOST)
    with tempfile.TemporaryDirectory(prefix="gold-") as folder:
        lake = Lake(f"{folder}/lake")
        for month in range(MONTHS):
            silver.fill(lake, impressions, timedelta(days=30 * month))
        for name in ("conversions", "campaign_hourly", "campaign_daily"):
            mart = mart_named(name)
            refresh_mart(lake, mart, pending_dates(mart, Sources(lake)), new_run("gold"))
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
        costs = {name: [cost_of(read) for _ in range(TURNS)] for name, read in readers.items()}
        sizes = {
            "gold": _bytes(lake, CAMPAIGN_DAILY, tuple(CAMPAIGN_DAILY.schema)),
            "silver": sum(_bytes(lake, silver.table_of(kind)[0], names) for kind, names in NEEDED.items()),
        }
    cpu = {name: statistics.median(cost.cpu_seconds for cost in each) for name, each in costs.items()}
    times = cpu["silver"] / cpu["gold"], sizes["silver"] / sizes["gold"], cpu["gold"] / cpu["DuckDB"]
    text = (
        f"## A campaign's 90 days, of {MONTHS * impressions:,} impressions\n\n"
        f"From gold {cpu['gold'] * 1000:.0f} ms CPU and {sizes['gold'] / 1e6:.2f} MB. From silver "
        f"{cpu['silver'] * 1000:.0f} ms and {sizes['silver'] / 1e6:.1f} MB: {times[0]:.0f} times the time, "
        f"{times[1]:.0f} times the bytes. From a DuckDB database {cpu['DuckDB'] * 1000:.0f} ms; gold takes "
        f"{times[2]:.1f} times that."
    )
    return text, {"impressions": MONTHS * impressions, "cpu_seconds": cpu, "bytes": sizes}


def _from_gold(lake: Lake) -> pl.DataFrame:
    rows = lake.open(CAMPAIGN_DAILY).scan().filter(pl.col("campaign_id") == CAMPAIGN)
    return rows.select(_sums("impressions", "clicks", "spend_micros", "revenue_micros")).collect()


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
    return together.select("impressions", "clicks", "spend_micros", "revenue_micros")


def _from_duckdb(database: Path) -> pl.DataFrame:
    sums = ", ".join(
        f"sum({name})::BIGINT" for name in ("impressions", "clicks", "spend_micros", "revenue_micros")
    )
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(
            f"SELECT {sums} FROM campaign_daily WHERE campaign_id = ?", [CAMPAIGN]
        ).fetchone()
    return pl.DataFrame(
        [row], schema=["impressions", "clicks", "spend_micros", "revenue_micros"], orient="row"
    )


def _sums(*names: str) -> list[pl.Expr]:
    return [pl.col(name).sum() for name in names]


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
