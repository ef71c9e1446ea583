"""How the Spark program reads messages: columns of the events, and whether the row is valid."""

from collections.abc import Callable
from typing import Any

from benchmarks.whole_job.traffic import CLICKS, IMPRESSIONS

SCHEMA = (
    "impression_id string, ad_creative_id string, user_id string, timestamp string, website string, price double, "
    "currency string"
)


def impressions(batch: Any, creatives: Any) -> Any:
    """JSON, with the campaign of its creative."""
    from pyspark.sql.functions import broadcast, col, from_json, round, to_date, try_to_timestamp

    read = batch.withColumn("json", from_json(col("value").cast("string"), SCHEMA))
    columns = {
        "event_id": col("json.impression_id"),
        "event_at": try_to_timestamp(col("json.timestamp")),
        "user_id": col("json.user_id"),
        "creative_id": col("json.ad_creative_id"),
        "website": col("json.website"),
        "price_micros": round(col("json.price") * 1_000_000).cast("long"),
        "currency": col("json.currency"),
    }
    typed = read.withColumns(columns).drop("json")
    valid = col("event_id").isNotNull() & col("event_at").isNotNull() & (col("price_micros") >= 0)
    judged = typed.withColumns({"event_date": to_date("event_at"), "is_valid": valid.eqNullSafe(True)})
    return judged.join(broadcast(creatives.select("creative_id", "campaign_id")), "creative_id", "left")


def clicks(batch: Any, creatives: Any) -> Any:
    """CSV by position; what is absent is empty, and empty is null."""
    from pyspark.sql.functions import col, get, lit, nullif, split, to_date, try_to_timestamp

    read = batch.withColumn("cells", split(col("value").cast("string"), ","))
    names = ("time", "user_id", "campaign_id", "event_type", "event_id", "impression_id", "click_id", "creative_id")
    cells = {name: nullif(get(col("cells"), lit(place)), lit("")) for place, name in enumerate(names)}
    revenue = nullif(get(col("cells"), lit(8)), lit("")).try_cast("decimal(18,6)") * 1_000_000
    typed = read.withColumns(cells | {"revenue_micros": revenue.cast("long")}).drop("cells")
    timed = typed.withColumn("event_at", try_to_timestamp(col("time"))).drop("time")
    known = col("event_type").isin("click", "purchase")
    valid = known & col("event_id").isNotNull() & col("event_at").isNotNull()
    return timed.withColumns({"event_date": to_date("event_at"), "is_valid": valid.eqNullSafe(True)})


PARSERS: dict[str, Callable[[Any, Any], Any]] = {IMPRESSIONS: impressions, CLICKS: clicks}
