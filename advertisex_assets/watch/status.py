"""Status: per feed what was received, what became of it, and how fresh it is by event time."""

from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl

from advertisex_assets.bronze.kafka.balance import BALANCE_SCHEMA, kafka_balance
from advertisex_assets.transforms.watch.conservation import COUNTS, unbalanced
from advertisex_assets.watch.recount import landed_again, recount
from resources.lake import Lake
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import silver_tables
from schemas.tables.table import Table

STATUS_KEYS = ("feed", *COUNTS, "balanced", "watermark")
"""The documented, stable keys of `advertisex status`."""


FROM_TRANSPORT = "time_from_transport"
"""The flag of records whose Kafka or file time stands for their own."""

NEWEST_DATES = 2
"""A record is refused when it lies more than a day ahead of its receipt, so that the date before the newest, received
no later than that, holds whatever is newer than its own receipt."""


def status(lake: Lake, feeds: Sequence[Feed]) -> list[dict[str, object]]:
    """One dict per feed with exactly STATUS_KEYS; counts are ints, `watermark` ISO text in UTC or None.

    `balanced` is true when on every date the outcomes add up to what was received; records that silver has
    yet to read make it false. The watermark is the newest event time held, never later than its receipt.
    """
    return [_status(lake, feed) for feed in feeds]


def offset_status(lake: Lake, feeds: Sequence[Feed]) -> pl.DataFrame:
    """The other equation, by feed, topic id and partition: offsets passed = messages in bronze + gaps by class."""
    landed = {feed.name: lake.open(bronze_table(feed)) for feed in feeds if lake.exists(bronze_table(feed))}
    balances = [
        kafka_balance(bronze).select(pl.lit(name).alias("feed"), pl.all()) for name, bronze in landed.items()
    ]
    return pl.concat([pl.DataFrame(schema={"feed": pl.String(), **BALANCE_SCHEMA}), *balances])


def watermark(lake: Lake, feed: Feed) -> datetime | None:
    """The newest event time in the feed's silver tables (UTC), None without rows.

    A record cannot have happened after it was received: clocks that run ahead do not make data look fresh,
    and a backfill of old dates does not either. Records that name no time say nothing about it.
    """
    newest = [moment for table in silver_tables(feed) if (moment := _newest(lake, table)) is not None]
    return max(newest, default=None)


def _status(lake: Lake, feed: Feed) -> dict[str, object]:
    counts = recount(lake, feed)
    again = landed_again(lake, feed)
    totals: dict[str, object] = {name: int(counts[name].sum()) for name in COUNTS}
    totals |= {"received": counts["received"].sum() + again, "excluded": counts["excluded"].sum() + again}
    newest = watermark(lake, feed)
    return {
        "feed": feed.name,
        **totals,
        "balanced": unbalanced(counts).is_empty(),
        "watermark": newest.isoformat() if newest else None,
    }


def _newest(lake: Lake, table: Table) -> datetime | None:
    if not lake.exists(table):
        return None
    opened = lake.open(table)
    newest = sorted(opened.rows_by_date())[-NEWEST_DATES:]
    dated = ~pl.col("flags").list.contains(FROM_TRANSPORT)
    seen = pl.min_horizontal("event_at", "received_at").max()
    moment = opened.scan().filter(pl.col("event_date").is_in(newest), dated).select(seen).collect().item()
    return moment.astimezone(UTC) if moment is not None else None
