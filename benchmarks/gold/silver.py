"""Silver of the benchmark: the synthetic touches and conversions as silver tables in a lake, one commit a date.

Not here: what is drawn (`traffic`).
"""

from datetime import date, timedelta
from typing import Any

import polars as pl

from benchmarks.gold import traffic
from resources.lake import Lake, Marks
from schemas.discover import all_feeds
from schemas.tables.silver import silver_tables
from schemas.tables.table import Table

BUCKETS = 64
CLICKS_PER_IMPRESSION = 0.03
CONVERSIONS_PER_IMPRESSION = 0.003
IMPRESSIONS_PER_USER = 20


def table_of(kind: str) -> tuple[Table, str]:
    """The silver table of that name and the feed that fills it."""
    return next((t, feed.name) for feed in all_feeds() for t in silver_tables(feed) if t.name == kind)


def touches(impressions: int) -> pl.DataFrame:
    """Views and clicks over 30 days."""
    clicks = int(impressions * CLICKS_PER_IMPRESSION)
    return traffic.touches(impressions, clicks, users_of(impressions))


def conversions(impressions: int) -> pl.DataFrame:
    """Conversions of the last ten of those days."""
    count = int(impressions * CONVERSIONS_PER_IMPRESSION)
    return traffic.conversions(count, users_of(impressions), impressions)


def users_of(impressions: int) -> int:
    """How many users there are."""
    return max(impressions // IMPRESSIONS_PER_USER, 1)


def fill(lake: Lake, impressions: int, later: timedelta = timedelta()) -> date:
    """Writes impressions, clicks and conversions, all so much later; returns the date of the conversions."""
    shift = pl.col("event_at") + later // timedelta(microseconds=1)
    both = touches(impressions).with_columns(shift)
    views, clicks = (both.filter(pl.col("touch_type") == kind) for kind in ("view", "click"))
    append(lake, "impressions", _as_silver(views.rename({"touch_id": "event_id"})))
    append(lake, "clicks", _as_silver(clicks.rename({"touch_id": "event_id"})))
    sales = conversions(impressions).with_columns(shift).rename({"conversion_id": "event_id"})
    append(lake, "conversions", _as_silver(sales))
    return max(lake.open(table_of("conversions")[0]).rows_by_date())


def add_click(lake: Lake, number: int) -> None:
    """One more click that earns a conversion: by its user and for its advertiser, ten days before."""
    sales = lake.open(table_of("conversions")[0]).scan().select("user_id", "advertiser_id").collect()
    sale = sales[number % sales.height]
    at = traffic.START_US + 19 * traffic.DAY_US + number
    row = traffic.touches(0, 1, 1, seed=number).with_columns(
        *sale, touch_id=pl.lit(f"late-{number}"), event_at=pl.lit(at)
    )
    append(lake, "clicks", _as_silver(row.with_columns(click_id="touch_id").rename({"touch_id": "event_id"})))


def _as_silver(rows: pl.DataFrame) -> pl.DataFrame:
    bucket = pl.coalesce("user_id", "event_id").hash(0) % BUCKETS
    assigned = [
        pl.lit("(unassigned)").alias(name)
        for name in ("campaign_id", "creative_id")
        if name not in rows.columns
    ]
    return rows.with_columns(
        pl.from_epoch("event_at", time_unit="us").dt.replace_time_zone("UTC"),
        *assigned,
        event_date=pl.from_epoch("event_at", time_unit="us").dt.date(),
        user_bucket=bucket.cast(pl.Int64),
        price_micros=pl.lit(1_500),
        currency=pl.lit("USD"),
        conversion_type=pl.lit("purchase"),
    )


def append(lake: Lake, kind: str, rows: pl.DataFrame) -> None:
    """One commit a date, as silver's own."""
    table, feed = table_of(kind)
    full = rows.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in table.schema.items() if name not in rows.columns
    )
    opened = lake.open(table)
    for (day,), part in (
        full.select(list(table.schema))
        .sort("event_date", "event_at")
        .group_by("event_date", maintain_order=True)
    ):
        opened.append(part, _marks(feed, day, opened.version + 1))


def _marks(feed: str, day: Any, generation: int) -> Marks:
    return Marks({feed: generation, f"{feed}/{day.isoformat()}/generation": generation})
