"""Late rows redo the gold dates that they can change, and no others."""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from advertisex_assets.gold.refresh import pending_gold, refresh_gold
from resources.lake import Lake
from schemas.tables.gold import CAMPAIGN_DAILY
from tests.journeys.gold.histories import FIRST
from tests.journeys.gold.silver_rows import at, write
from tests.journeys.gold.test_refresh import run

CONVERSION_DATES = [FIRST + timedelta(days=day) for day in range(0, 36, 4)]


def conversion(day: date) -> list[dict[str, Any]]:
    """One conversion at noon."""
    who = {"user_id": "u1", "campaign_id": "c1", "creative_id": "k1", "conversion_type": "signup"}
    return [who | {"event_id": f"v{day}", "event_at": at(day, 12)}]


def lake_with_conversions(path: Path) -> Lake:
    """A conversion every third day, all of it refreshed."""
    lake = Lake(str(path))
    for day in CONVERSION_DATES:
        write(lake, "conversions", day, conversion(day))
    refresh_gold(lake, run())
    return lake


def test_a_late_click_redoes_the_conversions_it_can_reach(tmp_path: Path) -> None:
    """Counts of its own date; attribution of every conversion date in the 30 days from it on."""
    lake = lake_with_conversions(tmp_path)
    day = FIRST + timedelta(days=random.randrange(15))
    write(
        lake,
        "clicks",
        day,
        [{"event_id": "late", "event_at": at(day, 3), "user_id": "u1", "campaign_id": "c1"}],
    )
    reachable = [each for each in CONVERSION_DATES if timedelta(0) <= each - day <= timedelta(days=30)]
    waiting = pending_gold(lake)
    assert waiting["campaign_daily"] == waiting["campaign_hourly"] == [day]
    assert waiting["attribution"] == reachable


def test_a_late_conversion_redoes_its_own_date_only(tmp_path: Path) -> None:
    """Attribution looks back, never ahead."""
    lake = lake_with_conversions(tmp_path)
    day = CONVERSION_DATES[4]
    rows = [
        {"event_id": f"late{n}", "event_at": at(day, n), "campaign_id": "c1", "user_id": "u1"}
        for n in range(2)
    ]
    write(lake, "conversions", day, rows)
    waiting = pending_gold(lake)
    around = [day + timedelta(days=shift) for shift in (-1, 0, 1)]
    assert waiting.pop("campaign_reporting_daily") == around
    assert waiting.pop("campaign_pacing") == sorted({*around, *CONVERSION_DATES[5:]})
    assert set(map(tuple, waiting.values())) == {(day,)}


def test_dates_that_did_not_change_are_left_alone(tmp_path: Path) -> None:
    """Silver was written again with the same rows: gold notes it, and keeps its files."""
    lake = lake_with_conversions(tmp_path)
    day = CONVERSION_DATES[2]
    before = lake.open(CAMPAIGN_DAILY).rows_by_date()
    write(lake, "conversions", day, conversion(day))
    receipts = refresh_gold(lake, run())
    assert [receipt.changed for receipt in receipts] == [()] * len(receipts)
    # What is made of silver itself looks, and what is made of other marts has nothing to look at.
    redone = {receipt.table for receipt in receipts}
    assert "gold.conversions" in redone and not {"gold.campaign_hourly", "gold.attribution"} & redone
    assert lake.open(CAMPAIGN_DAILY).rows_by_date() == before
    assert pending_gold(lake) == {}
