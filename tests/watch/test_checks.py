"""Checks say of every date what they found, and what they said is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.watch.checks import (
    conservation_verdicts,
    freshness_verdict,
    gold_verdicts,
    latest_verdicts,
    record,
)
from resources.lake import Lake
from resources.run import Run
from schemas.feeds.impressions import FEED
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.silver import silver_tables
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
    refresh_gold(lake, RUN)
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
