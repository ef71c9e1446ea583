"""Odd traffic is told in one sentence that names it; usual traffic, however it swings, is not."""

import math
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from advertisex_assets.transforms.watch.activity import ACTIVITY_SCHEMA
from advertisex_assets.transforms.watch.anomalies import find_anomalies
from advertisex_assets.transforms.watch.causes import causes_of
from advertisex_assets.transforms.watch.explain import explain
from schemas.checks.measures import people_of, rows_of
from schemas.checks.signals import signals_of
from schemas.checks.thresholds import BUCKET_US, DAY_US, HOUR_US
from schemas.feeds.clicks_conversions import FEED as CLICKS
from schemas.feeds.impressions import FEED as IMPRESSIONS

START_US = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000
DAYS = 16
SHARES = {"17": 0.3, "18": 0.25, "19": 0.2, "20": 0.15, "21": 0.1}
CTR = 0.04
PER_QUARTER = 200
SIGNALS = signals_of([IMPRESSIONS, CLICKS])


def traffic(seed=7, days=DAYS, weekend=1.0, edit=lambda campaign, at_us, kind, value: value):
    """Impressions and clicks by quarter hour and campaign: a daily swing, a weekend, Poisson noise, one edit."""
    chance = np.random.default_rng(seed)
    rows = []
    for at_us in range(START_US, START_US + days * DAY_US, BUCKET_US):
        hours = (at_us - START_US) / HOUR_US
        level = PER_QUARTER * (1 + 0.7 * math.sin(2 * math.pi * hours / 24))
        level *= weekend if hours // 24 % 7 >= 5 else 1.0
        for campaign, share in SHARES.items():
            shown = edit(campaign, at_us, "impressions", chance.poisson(level * share))
            clicked = edit(campaign, at_us, "clicks", chance.poisson(shown * CTR))
            rows += [(at_us, campaign, "impressions", int(shown)), (at_us, campaign, "clicks", int(clicked))]
    counted = pl.DataFrame(rows, schema=["bucket_us", "segment", "table", "value"], orient="row")
    whole = counted.group_by("bucket_us", "table").agg(pl.col("value").sum(), pl.lit("all").alias("segment"))
    parts = []
    for kind, frame in (("campaign", counted), ("all", whole)):
        for measure in (rows_of, people_of):
            names = pl.col("table").replace_strict(
                {table: measure(table) for table in ("impressions", "clicks")}
            )
            parts.append(frame.with_columns(names.alias("measure"), pl.lit(kind).alias("kind")))
    return pl.concat([part.select(pl.col(n).cast(t) for n, t in ACTIVITY_SCHEMA.items()) for part in parts])


def causes(activity, now_us, changes=None):
    return causes_of(find_anomalies(activity.filter(pl.col("bucket_us") < now_us), now_us, SIGNALS, changes))


def during(first_us, last_us, table, change, campaign=None):
    def edit(of, at_us, kind, value):
        hit = first_us <= at_us < last_us and kind == table and campaign in (None, of)
        return int(value * change) if hit else value

    return edit


FAULT_US = START_US + 14 * DAY_US + 14 * HOUR_US


def test_a_campaign_that_stops_is_told_with_its_usual_level_and_since_when():
    activity = traffic(edit=during(FAULT_US, FAULT_US + DAY_US, "impressions", 0, "17"))
    [cause] = causes(activity, FAULT_US + 6 * HOUR_US)
    assert cause.key == "campaign/17"
    text = explain(cause)
    assert text.startswith("Impressions of campaign 17 are 100 % below their usual 14:00 level")
    assert "since 2026-03-16 14:00 UTC" in text and "clicks of campaign 17" in text


def test_a_feed_that_stops_is_one_cause_not_one_per_campaign():
    activity = traffic(edit=during(FAULT_US, FAULT_US + DAY_US, "impressions", 0))
    [cause] = causes(activity, FAULT_US + HOUR_US)
    assert cause.key == "all/impressions" and cause.main.segment == "all"


def test_a_table_with_one_segment_only_is_told_as_a_whole():
    activity = traffic(edit=during(FAULT_US, FAULT_US + DAY_US, "impressions", 0))
    only = activity.filter(pl.col("kind") == "all").with_columns(
        kind=pl.lit("campaign"), segment=pl.lit("(unassigned)")
    )
    both = pl.concat([activity.filter(pl.col("kind") == "all"), only])
    assert [cause.key for cause in causes(both, FAULT_US + HOUR_US)] == ["all/impressions"]


def test_a_third_less_is_told_though_the_hours_differ_tenfold():
    activity = traffic(edit=during(FAULT_US, FAULT_US + DAY_US, "impressions", 0.7, "18"))
    assert "campaign/18" in {cause.key for cause in causes(activity, FAULT_US + 12 * HOUR_US)}


def test_a_tripled_rate_is_told_as_a_rate():
    activity = traffic(edit=during(FAULT_US, FAULT_US + DAY_US, "clicks", 3, "19"))
    found = {cause.key: cause for cause in causes(activity, FAULT_US + 12 * HOUR_US)}
    every = (found["campaign/19"].main, *found["campaign/19"].others)
    assert "CTR" in {anomaly.signal.name for anomaly in every}


def test_what_is_over_is_not_told_for_another_day():
    activity = traffic(edit=during(FAULT_US, FAULT_US + 3 * HOUR_US, "impressions", 0))
    assert causes(activity, FAULT_US + 3 * HOUR_US)
    assert causes(activity, FAULT_US + 9 * HOUR_US) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_calm_weeks_are_silent(seed):
    activity = traffic(seed, weekend=0.8)
    for hours in range(0, 48, 5):
        assert causes(activity, START_US + 14 * DAY_US + hours * HOUR_US) == []


def test_a_known_weekend_is_no_anomaly():
    activity = traffic(days=28, weekend=0.4)
    for day in (26, 27):
        assert causes(activity, START_US + day * DAY_US + 12 * HOUR_US) == []


def test_nothing_is_judged_before_there_is_anything_to_compare_with():
    activity = traffic(days=2, edit=during(START_US + DAY_US, START_US + 2 * DAY_US, "impressions", 0, "17"))
    assert [
        cause.key
        for cause in causes(activity, START_US + DAY_US + 6 * HOUR_US)
        if "level" in cause.main.signal.name
    ] == []


def test_a_rate_is_judged_by_its_neighbours_on_a_campaigns_first_day():
    def edit(campaign, at_us, kind, value):
        if campaign == "21" and at_us < FAULT_US:
            return 0
        return value * 8 if campaign == "21" and kind == "clicks" else value

    found = causes(traffic(edit=edit), FAULT_US + 10 * HOUR_US)
    assert any(cause.key == "campaign/21" and "lick" in explain(cause) for cause in found)


def test_what_somebody_meant_is_not_told_and_does_not_move_the_rest():
    activity = traffic(edit=during(FAULT_US, FAULT_US + DAY_US, "impressions", 0, "17"))
    changes = pl.DataFrame({"kind": ["campaign"], "segment": ["17"], "at_us": [FAULT_US]})
    assert causes(activity, FAULT_US + 6 * HOUR_US, changes) == []


def test_a_campaign_that_grows_does_not_make_its_neighbours_look_small():
    activity = traffic(edit=during(FAULT_US, FAULT_US + DAY_US, "impressions", 2.5, "17"))
    found = causes(activity, FAULT_US + 12 * HOUR_US)
    told = {
        anomaly.segment for cause in found for anomaly in (cause.main, *cause.others) if anomaly.change < 0
    }
    assert told == set() and found
