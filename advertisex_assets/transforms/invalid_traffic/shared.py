"""What the rules share: frames, microseconds, and how a broken rule is written down."""

from datetime import timedelta
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from schemas.invalid_traffic import TrafficRule

Frame: TypeAlias = nw.LazyFrame[Any]
"""A lazy frame of any engine."""

IMPRESSIONS, CLICKS, CONVERSIONS = "impressions", "clicks", "conversions"
TABLES = (IMPRESSIONS, CLICKS, CONVERSIONS)


def micros(span: timedelta) -> int:
    """A time span in microseconds."""
    return span // timedelta(microseconds=1)


def broken(rows: Frame, table: str, rule: TrafficRule) -> Frame:
    """event_date, table, event_id, code of the rows, all of which break the rule."""
    return rows.select(
        "event_date", nw.lit(table).alias("table"), "event_id", nw.lit(rule.code).alias("code")
    )


def latest_before(events: Frame, causes: Frame, keys: list[str]) -> Frame:
    """The events with `cause_at`: when the latest cause with the same keys happened, at or before; null if none did.

    Events without a key are left out. One running maximum instead of a join: a bot's thousand clicks and thousand
    impressions are two thousand rows, not a million pairs.
    """
    marked = events.select(
        *keys, "event_id", "event_date", "event_at", nw.lit(None, nw.Int64).alias("seen_at")
    )
    nobody = nw.lit(None, nw.String).alias("event_id")
    # Most causes are of nobody who did anything: only the others are sorted.
    relevant = causes.join(events.select(*keys).unique(subset=keys), on=keys, how="semi")
    seen = relevant.select(*keys, nobody, "event_date", "event_at", nw.col("event_at").alias("seen_at"))
    # At the same moment the cause comes first: its event_id is null.
    order = ["event_at", "is_event", "event_id"]
    both = nw.concat([marked, seen], how="vertical").filter(*(~nw.col(key).is_null() for key in keys))
    both = both.with_columns(nw.when(nw.col("event_id").is_null()).then(0).otherwise(1).alias("is_event"))
    running = nw.col("seen_at").cum_max().over(*keys, order_by=order)
    return both.with_columns(running.alias("cause_at")).filter(nw.col("is_event") == 1)
