"""Gold of the Spark program: campaign counts by day, and the last click before each conversion."""

from functools import reduce
from pathlib import Path
from typing import Any

from benchmarks.whole_job.traffic import CLICKS, IMPRESSIONS

UNASSIGNED = "(unassigned)"
CLICK_DAYS = 30
"""How far a click reaches."""


def gold(session: Any, folder: Path) -> None:
    """Writes `campaign_daily` and `last_click`."""
    from pyspark.sql.functions import col

    views, actions = (session.read.format("delta").load(str(folder / "silver" / one)) for one in (IMPRESSIONS, CLICKS))
    clicks, conversions = (actions.filter(col("event_type") == kind) for kind in ("click", "purchase"))
    _write(_campaign_daily(views, clicks, conversions), folder / "campaign_daily")
    _write(_last_click(clicks, conversions), folder / "last_click")


def _write(rows: Any, path: Path) -> None:
    rows.write.format("delta").mode("overwrite").save(str(path))


def _campaign_daily(views: Any, clicks: Any, conversions: Any) -> Any:
    from pyspark.sql.functions import coalesce, col, lit, sum

    kinds = {"impressions": views, "clicks": clicks, "conversions": conversions}
    campaign = coalesce(col("campaign_id"), lit(UNASSIGNED)).alias("campaign_id")
    counted = [
        rows.select("event_date", campaign, *(lit(int(name == kind)).cast("long").alias(name) for name in kinds))
        for kind, rows in kinds.items()
    ]
    together = reduce(lambda one, other: one.unionByName(other), counted)
    return together.groupBy("event_date", "campaign_id").agg(*(sum(name).alias(name) for name in kinds))


def _last_click(clicks: Any, conversions: Any) -> Any:
    """One row per conversion: the campaign of its user's latest click within the window, else nobody's."""
    from pyspark.sql.functions import coalesce, col, expr, lit, max_by

    touches = clicks.select("user_id", col("event_at").alias("touch_at"), col("campaign_id").alias("touch_campaign"))
    wanted = conversions.select("event_date", "user_id", "event_at", col("event_id").alias("conversion_id"))
    reaches = expr(f"touch_at between event_at - interval {CLICK_DAYS} days and event_at")
    pairs = wanted.join(touches, "user_id", "left").withColumn("reaches", reaches)
    latest = max_by(expr("if(reaches, touch_campaign, null)"), expr("if(reaches, touch_at, null)"))
    won = pairs.groupBy("event_date", "conversion_id").agg(latest.alias("won"))
    return won.select("event_date", "conversion_id", coalesce(col("won"), lit(UNASSIGNED)).alias("campaign_id"))
