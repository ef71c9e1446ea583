"""Restate: which published numbers changed, and from what to what."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from schemas.tables.gold.performance import AMOUNTS, COUNTS
from schemas.tables.gold.published import ALL_CAMPAIGNS, RESTATEMENTS

METRICS = tuple(column.name for column in (*COUNTS, *AMOUNTS))
"""What is published: numbers that add up; rates follow from them."""

PENDING = "pending"
ACCEPTED = "accepted"

_KEY = ("event_date", "campaign_id", "metric")


def by_metric(campaign_daily: Frame) -> Frame:
    """event_date, campaign_id, metric, value of every campaign, and of ALL_CAMPAIGNS together."""
    # One branch per metric: narwhals cannot unpivot a DuckDB relation of another connection than the default one.
    long = nw.concat([_values(campaign_daily, metric) for metric in METRICS], how="vertical")
    together = long.group_by("event_date", "metric").agg(nw.col("value").sum().cast(nw.Int64))
    whole = together.with_columns(campaign_id=nw.lit(ALL_CAMPAIGNS))
    return nw.concat([long, whole.select(*_KEY, "value")], how="vertical")


def _values(campaign_daily: Frame, metric: str) -> Frame:
    named = (nw.lit(metric).alias("metric"), nw.col(metric).alias("value"))
    return campaign_daily.select("event_date", "campaign_id", *named)


def restatements(published: Frame, campaign_daily: Frame, causes: Frame) -> Frame:
    """`gold.restatements`: every step from one revision to the next, and the pending one to what is true now.

    causes: event_date, pending_cause: why a date's numbers would differ now.
    """
    latest = published.group_by("event_date").agg(nw.col("revision").max().cast(nw.Int64).alias("latest"))
    current = by_metric(campaign_daily).join(latest, on="event_date", how="inner")
    steps = [
        _side(published, nw.col("revision"), "after"),
        _side(published, nw.col("revision") + 1, "before"),
        _side(current, nw.col("latest") + 1, "after"),
    ]
    sums = [nw.col(name).sum().cast(nw.Int64) for name in ("before", "after")]
    changed = nw.concat(steps, how="vertical").group_by(*_KEY, "revision").agg(*sums)
    real = changed.filter((nw.col("revision") > 1) & (nw.col("before") != nw.col("after")))
    return _explained(real, published, latest, causes).select(*RESTATEMENTS.schema)


def _side(numbers: Frame, revision: nw.Expr, name: str) -> Frame:
    zero = nw.lit(0, nw.Int64)
    values = {each: (nw.col("value") if each == name else zero).alias(each) for each in ("before", "after")}
    return numbers.select(*_KEY, revision.alias("revision"), *values.values())


def _explained(changes: Frame, published: Frame, latest: Frame, causes: Frame) -> Frame:
    """Changes with status and cause."""
    told = published.select("event_date", "revision", nw.col("cause").alias("told")).unique()
    joined = (
        changes.join(latest, on="event_date", how="left")
        .join(told, on=["event_date", "revision"], how="left")
        .join(causes, on="event_date", how="left")
    )
    is_pending = nw.col("revision") > nw.col("latest")
    return joined.with_columns(
        status=nw.when(is_pending).then(nw.lit(PENDING)).otherwise(nw.lit(ACCEPTED)),
        cause=nw.when(is_pending).then(nw.col("pending_cause")).otherwise(nw.col("told")),
    )
