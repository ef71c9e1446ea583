"""Bronze: the rows around a date as the recount takes them, plain dicts with times in microseconds."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import polars as pl

from advertisex_assets.explain.recount import LONGEST_DAYS
from resources.lake import Lake
from schemas.feed import Feed
from schemas.invalid_traffic import REACH_DAYS
from schemas.tables.bronze import POSITION, bronze_table, routes_table

READ = ("kind", "payload", "codec", "header", *POSITION, "event_date")
TIMES = ("received_at", "landed_at")


def rows_around(lake: Lake, feed: Feed, day: date) -> list[dict[str, Any]]:
    """Every row that can matter to the date: what its invalid traffic reads, and what that is deduplicated with.

    Rows that came to these dates after landing are among them; those that left too, since the recount reads the time.
    """
    reach = timedelta(days=REACH_DAYS + feed.key.window_days)
    bronze, span = lake.open(bronze_table(feed)), (day - reach, day + reach)
    columns = [*READ, pl.col(TIMES).cast(pl.Int64)]
    rows = bronze.scan_dates(*span, "event_date").select(columns).collect()
    moved = lake.open(routes_table(feed)).scan_dates(*span, "event_date").select(POSITION).unique().collect()
    if moved.height:
        came = bronze.scan().join(moved.lazy(), on=POSITION, how="semi").select(columns).collect()
        rows = pl.concat([rows, came]).unique(POSITION)
    return rows.to_dicts()


def rows_naming(
    lake: Lake, feeds: Iterable[Feed], day: date, ids: list[str]
) -> dict[str, list[dict[str, Any]]]:
    """By feed the rows of the date and LONGEST_DAYS after it whose bytes hold an id: adjustments are among them."""
    if not ids:
        return {}
    # As hexadecimal digits, since not all bytes are text; what matches by chance names nothing, and is passed over.
    digits = pl.lit([one.encode().hex() for one in ids], dtype=pl.List(pl.String))
    holds = pl.col("payload").bin.encode("hex").str.contains_any(digits)
    span = day, day + timedelta(days=LONGEST_DAYS)
    columns = [*READ, pl.col(TIMES).cast(pl.Int64)]
    found = {}
    for feed in feeds:
        rows = lake.open(bronze_table(feed)).scan_dates(*span, "event_date")
        found[feed.name] = rows.filter(holds).select(columns).collect().to_dicts()
    return found
