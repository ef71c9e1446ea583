"""`advertisex status` accounts for every record, per feed, under documented keys."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from advertisex_assets.cli.main import build
from advertisex_assets.watch.status import status
from resources.lake import Lake
from resources.settings import settings
from schemas.feeds.bid_requests import FEED as BID_REQUESTS
from schemas.feeds.impressions import FEED
from tests.watch.lakes import FIRST_DAY, arrive_again, days_of_impressions, impression, land, refresh

DOCUMENTED = [
    "feed", "received", "accepted", "duplicates", "conflicts", "quarantined", "excluded", "balanced",
    "watermark",
]  # fmt: skip
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def test_an_empty_lake_has_nothing_and_stays_empty(lake, tmp_path):
    [line] = status(lake, [FEED])
    assert list(line) == DOCUMENTED
    assert line["received"] == 0 and line["balanced"] is True and line["watermark"] is None
    assert not (tmp_path / "lake").exists()


def test_every_outcome_is_counted(lake):
    same = impression(1, NOON)
    records = [same, same, same | {"price": 0.009}, impression(2, NOON), b"{not json", b"", b""]
    land(lake, FEED, records)
    refresh(lake, FEED, [FIRST_DAY])
    arrive_again(lake, FEED, records=5)
    [line] = status(lake, [FEED])
    assert line == {
        "feed": "impressions",
        "received": 7 + 5,
        "accepted": 2,
        "duplicates": 1,
        "conflicts": 1,
        "quarantined": 1,
        "excluded": 2 + 5,
        "balanced": True,
        "watermark": NOON.isoformat(),
    }


def test_what_silver_has_not_read_is_not_balanced(lake):
    land(lake, FEED, days_of_impressions(1))
    assert status(lake, [FEED])[0]["balanced"] is False
    refresh(lake, FEED, [FIRST_DAY])
    assert status(lake, [FEED])[0]["balanced"] is True


def test_neither_a_fast_clock_nor_old_data_makes_it_look_fresh(lake):
    land(lake, FEED, [impression(1, NOON)])
    land(lake, FEED, [impression(2, NOON - timedelta(days=30))], 1, received_at=NOON + timedelta(hours=6))
    land(lake, FEED, [impression(3, NOON + timedelta(hours=9))], 2, received_at=NOON + timedelta(minutes=5))
    refresh(lake, FEED, [FIRST_DAY, FIRST_DAY - timedelta(days=30)])
    assert status(lake, [FEED])[0]["watermark"] == (NOON + timedelta(minutes=5)).isoformat()


def test_records_that_name_no_time_do_not_make_it_look_fresh(lake):
    """Their transport's time would: a stopped clock of the sender looked like the best of clocks."""
    dated = {"auction_id": "a1", "timestamp": (NOON - timedelta(hours=6)).isoformat()}
    undated = b'{"id": "a2", "imp": [{"id": "1"}], "site": {"domain": "news-1.example"}}'
    land(lake, BID_REQUESTS, [dated])
    land(lake, BID_REQUESTS, [undated], 1, received_at=NOON)
    refresh(lake, BID_REQUESTS, [FIRST_DAY])
    [line] = status(lake, [BID_REQUESTS])
    assert line["accepted"] == 2
    assert line["watermark"] == (NOON - timedelta(hours=6)).isoformat()


def test_both_equations_are_shown(lake, monkeypatch):
    land(lake, FEED, days_of_impressions(1))
    refresh(lake, FEED, [FIRST_DAY])
    monkeypatch.setenv("ADVERTISEX_LAKE", lake.root)
    settings.cache_clear()
    both = CliRunner().invoke(build(), ["status"], catch_exceptions=False)
    other = CliRunner().invoke(build(), ["status", "--offsets", "--format", "json"], catch_exceptions=False)
    settings.cache_clear()
    assert "Status" in both.stdout and "Offsets passed" in both.stdout
    [row] = json.loads(other.stdout)
    assert (row["feed"], row["offsets"], row["messages"], row["expired"], row["balanced"]) == (
        "impressions", 20, 20, 0, True,
    )  # fmt: skip
