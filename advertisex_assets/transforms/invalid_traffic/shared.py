"""What the rules share: frames, microseconds, and how a broken rule is written down."""

from datetime import timedelta
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from schemas.invalid_traffic import TrafficRule

Frame: TypeAlias = nw.LazyFrame[Any]
"""A lazy frame of any engine."""

IMPRESSIONS, CLICKS, CONVERSIONS = "impressions", "clicks", "conversions"
NEVER_US = -(2**62)
"""Before every event."""

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
    """event_date, event_id, event_at and `cause_at`: when the latest cause with the same keys happened, at or before.

    Events without a key or a cause are left out. One running maximum instead of a join: a bot's thousand clicks and
    thousand impressions are two thousand rows, not a million pairs.
    """
    # Most causes are of nobody who did anything: only the others are sorted.
    relevant = causes.join(events.select(*keys).unique(subset=keys), on=keys, how="semi")
    nobody = nw.lit(None, nw.String).alias("event_id")
    seen = relevant.select(
        *keys, nobody, "event_date", "event_at", nw.col("event_at").alias("seen_at"), _place(0)
    )
    # A running maximum is null where its own value is: an event has to bring one.
    never = nw.lit(NEVER_US, nw.Int64).alias("seen_at")
    marked = events.select(*keys, "event_id", "event_date", "event_at", never, _place(1))
    both = nw.concat([seen, marked], how="vertical").filter(*(~nw.col(key).is_null() for key in keys))
    running = nw.col("seen_at").cum_max().over(*keys, order_by=["event_at", "place", "event_id"])
    followed = both.with_columns(running.cast(nw.Int64).alias("cause_at")).filter(nw.col("place") == 1)
    return followed.filter(nw.col("cause_at") > NEVER_US).select(
        "event_date", "event_id", "event_at", "cause_at"
    )


def _place(number: int) -> nw.Expr:
    """At the same moment the cause comes first."""
    return nw.lit(number, nw.Int64).alias("place")
