"""Published numbers never change quietly: what differs later waits as a restatement until somebody accepts it."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from advertisex_assets.gold.basis import REFERENCE_CHANGE
from advertisex_assets.gold.day_status import refresh_day_status
from advertisex_assets.gold.publish import accept_restatements, finalise_due
from advertisex_assets.gold.refresh import refresh_gold
from resources.lake import Lake, Marks
from resources.run import Run
from schemas.tables.gold import RESTATEMENTS
from schemas.tables.reference import CAMPAIGNS
from tests.journeys.gold.histories import FIRST
from tests.journeys.gold.silver_rows import at, write

CLICK = {"user_id": "u1", "campaign_id": "c1", "creative_id": "k1", "received_at": at(FIRST, 12)}
LATER = Run("later", lambda: datetime.combine(FIRST + timedelta(days=5), datetime.min.time(), UTC))
NEXT_DAY = Run("next", lambda: datetime.combine(FIRST + timedelta(days=1), datetime.min.time(), UTC))


def clicks(count: int) -> list[dict]:
    """So many clicks of one campaign."""
    return [CLICK | {"event_id": f"k{n}", "event_at": at(FIRST, n)} for n in range(count)]


@pytest.fixture(scope="module")
def finalised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lake: two clicks on a day that was then finalised."""
    folder = tmp_path_factory.mktemp("published")
    made = Lake(str(folder))
    write(made, "clicks", FIRST, clicks(2))
    refresh_gold(made, LATER)
    assert finalise_due(made, NEXT_DAY, 3) == []
    assert finalise_due(made, LATER, 3) == [FIRST]
    assert finalise_due(made, LATER, 3) == []
    refresh_gold(made, LATER)
    return folder


@pytest.fixture
def lake(finalised: Path, tmp_path: Path) -> Lake:
    """A copy of its own for each test."""
    return Lake(str(shutil.copytree(finalised, tmp_path / "lake")))


def steps(lake: Lake) -> list[tuple]:
    """Restated clicks of the campaign."""
    rows = lake.open(RESTATEMENTS).scan().filter(campaign_id="c1", metric="clicks").sort("revision").collect()
    return list(rows.select("revision", "before", "after", "status", "cause").iter_rows())


def test_late_data_waits_until_it_is_accepted(lake: Lake) -> None:
    """Pending while it differs, gone if it comes back, accepted with the next revision, and then history."""
    assert steps(lake) == []
    write(lake, "clicks", FIRST, clicks(5))
    refresh_gold(lake, LATER)
    assert steps(lake) == [(2, 2, 5, "pending", "late_data")]
    write(lake, "clicks", FIRST, clicks(2))
    refresh_gold(lake, LATER)
    assert steps(lake) == []
    write(lake, "clicks", FIRST, clicks(3))
    refresh_gold(lake, LATER)
    assert accept_restatements(lake, LATER, [FIRST]) == [FIRST]
    refresh_gold(lake, LATER)
    assert steps(lake) == [(2, 2, 3, "accepted", "late_data")]
    assert accept_restatements(lake, LATER, [FIRST]) == []
    write(lake, "clicks", FIRST, clicks(4))
    refresh_gold(lake, LATER)
    assert accept_restatements(lake, LATER, [FIRST], cause="replay") == [FIRST]
    refresh_gold(lake, LATER)
    assert steps(lake) == [(2, 2, 3, "accepted", "late_data"), (3, 3, 4, "accepted", "replay")]


def test_a_changed_reference_is_named_as_the_cause(lake: Lake) -> None:
    """The creative moved to another campaign: the numbers moved, and nothing arrived late."""
    row = dict.fromkeys(CAMPAIGNS.schema) | {"campaign_id": "c2", "advertiser_id": "a1"}
    lake.open(CAMPAIGNS).append(pl.DataFrame([row], schema=CAMPAIGNS.schema), Marks())
    write(lake, "clicks", FIRST, [click | {"campaign_id": "c2"} for click in clicks(2)])
    refresh_gold(lake, LATER)
    assert steps(lake) == [(2, 2, 0, "pending", REFERENCE_CHANGE)]


def test_status_tells_final_days_and_pending_changes(lake: Lake) -> None:
    """Whether a day is final, which revision is out, and how many numbers wait."""
    before = refresh_day_status(lake, LATER).row(0, named=True)
    assert (before["is_final"], before["revision"], before["pending_restatements"], before["events"]) == (
        True,
        1,
        0,
        2,
    )
    write(lake, "clicks", FIRST, clicks(5))
    write(
        lake,
        "clicks",
        FIRST + timedelta(days=4),
        [CLICK | {"event_id": "n", "event_at": at(FIRST, 0) + timedelta(4)}],
    )
    refresh_gold(lake, LATER)
    final, young = refresh_day_status(lake, LATER).iter_rows(named=True)
    # Clicks and valid clicks, of the campaign and of all campaigns.
    assert (final["pending_restatements"], final["events"], final["age_hours"]) == (4, 5, 120)
    assert (young["is_final"], young["completeness"]) == (False, None)
