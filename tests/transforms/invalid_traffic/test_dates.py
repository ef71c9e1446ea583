"""Invalid traffic of a date is a function of silver around it: whenever it is made, and whatever came before."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.invalid_traffic import open_invalid_traffic, refresh_invalid_traffic
from advertisex_assets.transforms.enrich import Reference
from resources.lake import Lake
from resources.run import Run
from schemas.feeds import clicks_conversions, impressions
from schemas.invalid_traffic import Limits
from schemas.tables.silver import INVALID_TRAFFIC
from tests.watch.lakes import land

RUN = Run("test-run")
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)
DAY_BEFORE, DAY = date(2026, 3, 2), date(2026, 3, 3)
LIMITS = Limits()


def shown(number: int, at: datetime, **fields: object) -> dict[str, object]:
    """An impression."""
    return {"impression_id": f"i{number}", "timestamp": at.isoformat(), "ad_creative_id": "4001"} | fields


def clicked(number: int, at: datetime, **fields: object) -> dict[str, object]:
    """A click."""
    record = {"event_id": f"e{number}", "timestamp": at.isoformat(), "conversion_type": "click"}
    return record | {"click_id": f"k{number}"} | fields


def silver(lake: Lake) -> None:
    """Brings silver up to date."""
    for feed in (impressions.FEED, clicks_conversions.FEED):
        catch_up(lake, feed, Inputs(Reference.empty(), b"test-key"), RUN)


def reasons(lake: Lake) -> dict[str, list[str]]:
    """What is found, by event."""
    rows = lake.open(INVALID_TRAFFIC).scan().collect()
    return dict(rows.select("event_id", "reasons").iter_rows())


def generation(lake: Lake, day: date) -> int | None:
    """How often the rows of the date changed."""
    return lake.open(INVALID_TRAFFIC).mark(f"{day.isoformat()}/generation")


def make(lake: Lake, dates: list[date] | None = None) -> set[date]:
    """Brings invalid traffic up to date; the dates that changed."""
    receipts = refresh_invalid_traffic(lake, RUN, LIMITS, dates)
    return {day for receipt in receipts for day in receipt.changed}


def lake_with_traffic(folder: Path) -> Lake:
    """A click just after midnight on an impression just before it, another without any, and a bot's."""
    lake = Lake(str(folder))
    ads = [
        shown(1, MIDNIGHT - timedelta(seconds=0.2)),
        shown(2, MIDNIGHT - timedelta(hours=3), user_agent="curl/8.9.1"),
    ]
    clicks = [
        clicked(1, MIDNIGHT + timedelta(seconds=0.1), impression_id="i1"),
        clicked(2, MIDNIGHT + timedelta(hours=2), impression_id="i9"),
        clicked(3, MIDNIGHT - timedelta(hours=2), impression_id="i2"),
    ]
    land(lake, impressions.FEED, ads)
    land(lake, clicks_conversions.FEED, clicks)
    silver(lake)
    return lake


EXPECTED = {
    "i2": ["known_bot"],
    "e1": ["click_too_fast"],
    "e2": ["click_without_impression"],
    "e3": ["click_on_invalid_impression"],
}


def test_midnight_divides_nothing(tmp_path: Path) -> None:
    """Each date made alone, in any order, gives what all dates made together give."""
    lake = lake_with_traffic(tmp_path / "together")
    assert make(lake) == {DAY_BEFORE, DAY}
    assert reasons(lake) == EXPECTED
    apart = lake_with_traffic(tmp_path / "apart")
    for day in (DAY, DAY_BEFORE):
        make(apart, [day])
    assert reasons(apart) == EXPECTED


def test_a_conversion_is_judged_by_its_click_and_that_by_its_impression_two_dates_ago(tmp_path: Path) -> None:
    """A bot saw the ad, somebody clicked and bought: the date of the conversion, made alone, knows."""
    lake = Lake(str(tmp_path))
    seen, clicked_at = MIDNIGHT - timedelta(hours=25), MIDNIGHT - timedelta(hours=23)
    bought = {"event_id": "c1", "timestamp": (MIDNIGHT + timedelta(minutes=5)).isoformat(), "conversion_type": "signup"}
    land(lake, impressions.FEED, [shown(1, seen, user_agent="curl/8.9.1")])
    land(lake, clicks_conversions.FEED, [clicked(1, clicked_at, impression_id="i1"), bought | {"click_id": "k1"}])
    silver(lake)
    make(lake, [DAY])
    assert reasons(lake) == {"c1": ["conversion_of_invalid_click"]}
    land(lake, clicks_conversions.FEED, [bought | {"event_id": "c2", "click_id": "k7"}], first_offset=10)
    silver(lake)
    make(lake)
    assert set(reasons(lake)) == {"i1", "e1", "c1"}


def test_what_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    lake = lake_with_traffic(tmp_path)
    make(lake)
    version = lake.open(INVALID_TRAFFIC).version
    assert open_invalid_traffic(lake, LIMITS).pending() == []
    assert make(lake) == set()
    assert lake.open(INVALID_TRAFFIC).version == version


def test_a_late_impression_clears_its_click(tmp_path: Path) -> None:
    """And the date around it whose rows stay the same keeps its generation: nothing that reads it is redone."""
    lake = lake_with_traffic(tmp_path)
    make(lake)
    before = generation(lake, DAY_BEFORE)
    land(lake, impressions.FEED, [shown(9, MIDNIGHT + timedelta(hours=1))], first_offset=10)
    silver(lake)
    assert open_invalid_traffic(lake, LIMITS).pending() == [DAY_BEFORE, DAY]
    assert make(lake) == {DAY}
    assert reasons(lake) == {name: codes for name, codes in EXPECTED.items() if name != "e2"}
    assert generation(lake, DAY_BEFORE) == before
    assert open_invalid_traffic(lake, LIMITS).pending() == []


def test_other_limits_redo_every_date(tmp_path: Path) -> None:
    lake = lake_with_traffic(tmp_path)
    make(lake)
    strict = Limits(fastest_click=timedelta(milliseconds=100))
    assert open_invalid_traffic(lake, strict).pending() == [DAY_BEFORE, DAY]
    refresh_invalid_traffic(lake, RUN, strict)
    assert "e1" not in reasons(lake)


def test_no_row_leaves_silver(tmp_path: Path) -> None:
    """Rows are flagged, never dropped."""
    lake = lake_with_traffic(tmp_path)
    make(lake)
    tables = open_invalid_traffic(lake, LIMITS).silver
    counts = {name: table.opened.scan().select(pl.len()).collect().item() for name, table in tables.items()}
    assert counts == {"impressions": 2, "clicks": 3, "conversions": 0}
