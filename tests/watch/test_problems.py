"""What is wrong in the lake is found where it is, and only there: late data, waiting rows, odd traffic, new fields."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from advertisex_assets.watch.feed_problem import Links
from advertisex_assets.watch.problems import freshness_problems, sums_problems
from advertisex_assets.watch.status import status
from advertisex_assets.watch.traffic import traffic_problems
from resources.lake import Lake, Marks
from schemas.alerts.kinds import (
    ANOMALY,
    DATA_STALE,
    OFFSETS_EXPIRED,
    QUARANTINE_SURGE,
    RECORDS_LOST,
    SCHEMA_DRIFT,
)
from schemas.feeds.impressions import FEED
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import silver_tables
from tests.watch.lakes import FIRST_DAY, days_of_impressions, impression, land, refresh
from tests.watch.test_losses import delete

LINKS = Links("http://127.0.0.1:3000")
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def dates(days):
    return [FIRST_DAY + timedelta(days=number) for number in range(days)]


def test_fresh_data_is_no_problem_and_late_data_says_to_when_it_is_complete(lake):
    land(lake, FEED, [impression(1, MIDNIGHT)])
    refresh(lake, FEED, dates(1))
    assert freshness_problems(lake, [FEED], MIDNIGHT + timedelta(minutes=20), LINKS) == []
    [problem] = freshness_problems(lake, [FEED], MIDNIGHT + timedelta(hours=2), LINKS)
    assert problem.kind == DATA_STALE and problem.owner == FEED.owner
    assert "complete to 2026-03-01 23:55 UTC" in problem.summary


def test_an_old_backfill_does_not_make_late_data_fresh(lake):
    land(lake, FEED, [impression(1, MIDNIGHT)])
    land(
        lake,
        FEED,
        [impression(2, MIDNIGHT - timedelta(days=9))],
        1,
        received_at=MIDNIGHT + timedelta(hours=2),
    )
    refresh(lake, FEED, [FIRST_DAY, FIRST_DAY - timedelta(days=9)])
    [problem] = freshness_problems(lake, [FEED], MIDNIGHT + timedelta(hours=2), LINKS)
    assert "2026-03-01 23:55" in problem.summary


def test_rows_that_silver_leaves_waiting_are_a_problem(lake):
    land(lake, FEED, [impression(1, MIDNIGHT)])
    refresh(lake, FEED, dates(1))
    late = MIDNIGHT + timedelta(minutes=10)
    land(lake, FEED, [impression(2, late), impression(3, late)], 1)
    assert freshness_problems(lake, [FEED], late + timedelta(minutes=5), LINKS) == []
    [problem] = freshness_problems(lake, [FEED], late + timedelta(minutes=17), LINKS)
    assert problem.impact.rows == 2 and "waited for silver" in problem.summary


def test_lost_rows_are_a_critical_problem_with_their_dates(lake):
    land(lake, FEED, days_of_impressions(3))
    refresh(lake, FEED, dates(3))
    assert sums_problems(lake, [FEED], MIDNIGHT, LINKS) == []
    delete(lake, silver_tables(FEED)[0], f"event_date = '{dates(3)[1]}'")
    [problem] = sums_problems(lake, [FEED], MIDNIGHT, LINKS)
    assert problem.kind == RECORDS_LOST and "2026-03-03" in problem.summary and problem.impact.rows == 20
    assert status(lake, [FEED])[0]["balanced"] is False


def busy(days, each=480):
    """So much that a quarter of a day without any is no chance."""
    return days_of_impressions(days, each)


def test_a_feed_that_stops_is_told_with_its_usual_level(lake):
    records = [one for one in busy(6) if str(one["timestamp"]) < "2026-03-07T12"]
    land(lake, FEED, records)
    refresh(lake, FEED, dates(6))
    assert traffic_problems(lake, [FEED], MIDNIGHT + timedelta(days=5, hours=12), LINKS) == []
    [problem] = traffic_problems(lake, [FEED], MIDNIGHT + timedelta(days=5, hours=14, minutes=6), LINKS)
    assert problem.kind == ANOMALY and problem.subject == "impressions"
    assert problem.summary.startswith("Impressions are 100 % below their usual")


def test_a_surge_of_refused_records_is_told(lake):
    records: list = busy(5)
    noon = MIDNIGHT + timedelta(days=4, hours=23)
    land(lake, FEED, records)
    refresh(lake, FEED, dates(5))
    assert traffic_problems(lake, [FEED], noon + timedelta(hours=1, minutes=6), LINKS) == []
    bad = [impression(10_000 + number, noon, ad_creative_id=None) for number in range(200)]
    land(lake, FEED, bad, first_offset=len(records))
    refresh(lake, FEED, dates(5))
    [problem] = traffic_problems(lake, [FEED], noon + timedelta(hours=1, minutes=6), LINKS)
    assert problem.kind == QUARANTINE_SURGE and "refused" in problem.summary


def test_a_new_field_is_told_once_with_its_name(lake):
    records = busy(5)
    land(
        lake,
        FEED,
        [one | {"old_field": 1} for one in records[:-100]] + [one | {"fancy": 2} for one in records[-100:]],
    )
    refresh(lake, FEED, dates(5))
    [problem] = traffic_problems(lake, [FEED], MIDNIGHT + timedelta(days=5, minutes=6), LINKS)
    assert problem.kind == SCHEMA_DRIFT and "'fancy'" in problem.summary and problem.impact.rows == 100


def test_skipped_offsets_are_named_by_partition_and_expired_ones_counted(lake):
    land(lake, FEED, days_of_impressions(1))
    refresh(lake, FEED, dates(1))
    table = lake.open(bronze_table(FEED))
    table.append(pl.DataFrame(schema=table.table.schema), Marks({"kafka/topic-1/0": 27}))
    [skipped] = sums_problems(lake, [FEED], MIDNIGHT, LINKS)
    assert skipped.kind == RECORDS_LOST
    assert "ad-impressions partition 0: 27 offsets were passed, but 20 messages and 0 gaps" in skipped.summary
    table = lake.open(bronze_table(FEED))
    table.append(pl.DataFrame(schema=table.table.schema), Marks({"kafka/topic-1/0/expired": 7}))
    [expired] = sums_problems(lake, [FEED], MIDNIGHT, LINKS)
    assert expired.kind == OFFSETS_EXPIRED and expired.impact.rows == 7
