"""Checks say of every date what they found, and what they said is kept."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.watch.checks import (
    conservation_verdicts,
    freshness_verdict,
    gold_verdicts,
    latest_verdicts,
    record,
)
from advertisex_assets.watch.feed_problem import Links
from advertisex_assets.watch.problems import sums_problems
from resources.lake import Lake
from resources.run import Run
from schemas.feeds.impressions import FEED
from schemas.tables.alerts import CHECKS
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.silver import silver_tables
from tests.journeys.world import leading_to
from tests.watch.lakes import FIRST_DAY, days_of_impressions, land, refresh
from tests.watch.test_losses import delete

DATES = [FIRST_DAY + timedelta(days=number) for number in range(3)]
NOW = datetime(2026, 3, 5, tzinfo=UTC)
RUN = Run("test-run", lambda: NOW)


@pytest.fixture
def lake(tmp_path) -> Lake:
    lake = Lake(str(tmp_path / "lake"))
    land(lake, FEED, days_of_impressions(3))
    refresh(lake, FEED, DATES)
    return lake


def failed(verdicts):
    return [(one.subject, one.event_date) for one in verdicts if not one.passed]


def test_conservation_fails_on_exactly_the_dates_that_lost_records(lake):
    assert failed(conservation_verdicts(lake, FEED)) == []
    delete(lake, silver_tables(FEED)[0], f"event_date = '{DATES[1]}'")
    assert failed(conservation_verdicts(lake, FEED)) == [("impressions", DATES[1])]
    assert failed(conservation_verdicts(lake, FEED, [DATES[0]])) == []


def test_gold_is_counted_against_silver(lake):
    refresh_gold(lake, RUN, marts=leading_to(CAMPAIGN_DAILY.name))
    assert failed(gold_verdicts(lake, [FEED], DATES)) == []
    delete(lake, CAMPAIGN_DAILY, f"event_date = '{DATES[2]}'")
    assert failed(gold_verdicts(lake, [FEED], DATES)) == [("silver.impressions", DATES[2])]


def test_freshness_goes_by_event_time(lake):
    assert freshness_verdict(lake, FEED, NOW - timedelta(minutes=50)).passed
    assert not freshness_verdict(lake, FEED, NOW + timedelta(hours=3)).passed


def test_what_was_said_is_kept_and_the_last_word_counts(lake):
    assert latest_verdicts(lake).is_empty()
    record(lake, conservation_verdicts(lake, FEED), RUN)
    delete(lake, silver_tables(FEED)[0], f"event_date = '{DATES[1]}'")
    record(lake, conservation_verdicts(lake, FEED), Run("later", lambda: NOW + timedelta(hours=1)))
    kept = latest_verdicts(lake).sort("event_date")
    assert kept["passed"].to_list() == [True, False, True]
    assert "received 20, accepted 0" in kept["explanation"][1]


def test_what_a_look_says_again_is_not_kept_again(lake):
    refresh_gold(lake, RUN, marts=leading_to(CAMPAIGN_DAILY.name))
    for _ in range(3):
        assert sums_problems(lake, [FEED], NOW, Links()) == []
    kept = lake.open(CHECKS).scan().collect()
    assert kept.height == 2 * len(DATES) and kept["passed"].all()
    assert set(kept["check_name"]) == {"conservation", "gold_recount"}


def test_a_mart_that_counts_otherwise_than_silver_is_told_with_its_date(lake):
    refresh_gold(lake, RUN, marts=leading_to(CAMPAIGN_DAILY.name))
    delete(lake, CAMPAIGN_DAILY, f"event_date = '{DATES[2]}'")
    [problem] = sums_problems(lake, [FEED], NOW, Links())
    assert problem.kind.code == "records_lost" and problem.impact.rows == 20
    assert f"counts 0 impressions on {DATES[2]}, silver.impressions holds 20" in problem.summary
    latest = latest_verdicts(lake).filter(~pl.col("passed"))
    assert latest.select("check_name", "event_date").rows() == [("gold_recount", DATES[2])]


def test_gold_that_has_yet_to_take_in_silver_is_not_wrong(lake):
    refresh_gold(lake, RUN, marts=leading_to(CAMPAIGN_DAILY.name))
    land(lake, FEED, days_of_impressions(1, each=30)[20:], first_offset=60)
    refresh(lake, FEED, DATES)
    assert sums_problems(lake, [FEED], NOW, Links()) == []
