"""Arrival: when a day's events were received, and from that how complete a young day is."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.auctions import UNKNOWN
from schemas.tables.gold.published import ARRIVALS

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US

SETTLED_HOURS = 192
"""A day is settled a week after its end: what comes later is noise for the curve."""


def arrivals(impressions: Frame, clicks: Frame, conversions: Frame, engagements: Frame) -> Frame:
    """`gold.arrivals`: events by date, advertiser and hours from the start of the day to receipt."""
    kinds = (impressions, clicks, conversions, engagements)
    grain = ARRIVALS.grain_columns
    count = nw.col("events").sum().cast(nw.Int64)
    return nw.concat([_received(rows) for rows in kinds], how="vertical").group_by(*grain).agg(count)


def _received(rows: Frame) -> Frame:
    begins = nw.col("event_at") // DAY_US * DAY_US
    hours = (nw.col("received_at") - begins) // HOUR_US
    latest = nw.lit(SETTLED_HOURS, nw.Int64)
    # Clocks that run ahead send events before their day has begun here.
    kept = (
        nw.when(hours < 0).then(nw.lit(0, nw.Int64)).when(hours > SETTLED_HOURS).then(latest).otherwise(hours)
    )
    named = rows.with_columns(nw.col("advertiser_id").fill_null(UNKNOWN), age_hours=kept)
    return named.group_by(*ARRIVALS.grain_columns).agg(nw.len().cast(nw.Int64).alias("events"))


def completeness(arrivals: Frame, days: Frame) -> Frame:
    """event_date, advertiser_id, events, expected_events, completeness (Float64), age_hours.

    days: event_date, weekday (0 to 6), age_hours (Int64, since the day began), is_settled (old enough to learn from).
    Expected are the mean events of settled days of the same weekday, times the share of a settled day's events that
    had arrived at that age; null until there is one.
    """
    dated = arrivals.rename({"age_hours": "arrived_at_hours"}).join(days, on="event_date", how="inner")
    grain = ("event_date", "advertiser_id", "weekday", "age_hours")
    so_far = dated.group_by(*grain).agg(nw.col("events").sum().cast(nw.Int64))
    settled = dated.filter(nw.col("is_settled"))
    joined = so_far.join(_usual(settled, days), on=["advertiser_id", "weekday"], how="left").join(
        _share_by_age(settled, days), on="age_hours", how="left"
    )
    expected = joined.with_columns(expected_events=nw.col("usual_events") * nw.col("share"))
    some = nw.when(nw.col("expected_events") > 0).then(nw.col("expected_events"))
    return expected.with_columns(completeness=nw.col("events").cast(nw.Float64) / some).select(
        "event_date", "advertiser_id", "events", "expected_events", "completeness", "age_hours"
    )


def _usual(settled: Frame, days: Frame) -> Frame:
    """Mean events of an advertiser on a weekday; a settled day without any counts as zero."""
    lengths = days.filter(nw.col("is_settled")).group_by("weekday").agg(nw.len().cast(nw.Int64).alias("days"))
    sums = settled.group_by("advertiser_id", "weekday").agg(nw.col("events").sum().cast(nw.Int64))
    mean = nw.col("events").cast(nw.Float64) / nw.col("days").cast(nw.Float64)
    return sums.join(lengths, on="weekday", how="inner").select(
        "advertiser_id", "weekday", mean.alias("usual_events")
    )


def _share_by_age(settled: Frame, days: Frame) -> Frame:
    """Of all settled days together, the share of events that had arrived at each age that a day now has."""
    curve = settled.group_by("arrived_at_hours").agg(nw.col("events").sum().cast(nw.Int64))
    pairs = days.select("age_hours").unique().join(curve, how="cross")
    # An hour still under way has brought some of its events: it counts once it is over.
    arrived = (nw.col("arrived_at_hours") < nw.col("age_hours")) | (nw.col("age_hours") >= SETTLED_HOURS)
    there = nw.when(arrived).then(nw.col("events")).otherwise(nw.lit(0, nw.Int64))
    sums = pairs.with_columns(there=there).group_by("age_hours")
    totals = sums.agg(nw.col("there").sum().cast(nw.Int64), nw.col("events").sum().cast(nw.Int64))
    share = nw.col("there").cast(nw.Float64) / nw.col("events").cast(nw.Float64)
    return totals.select("age_hours", share.alias("share"))
