"""Late rows redo the gold dates that they can change, and no others."""

import random
from datetime import timedelta
from pathlib import Path

from advertisex_assets.gold.refresh import pending_gold, refresh_gold
from resources.lake import Lake
from tests.journeys.gold.histories import FIRST
from tests.journeys.gold.silver_rows import at, write
from tests.journeys.gold.test_refresh import run

CONVERSION_DATES = [FIRST + timedelta(days=day) for day in range(0, 45, 3)]


def lake_with_conversions(path: Path) -> Lake:
    """A conversion every third day, all of it refreshed."""
    lake = Lake(str(path))
    conversion = {"user_id": "u1", "campaign_id": "c1", "creative_id": "k1", "conversion_type": "signup"}
    for day in CONVERSION_DATES:
        write(lake, "conversions", day, [conversion | {"event_id": f"v{day}", "event_at": at(day, 12)}])
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
    assert set(map(tuple, pending_gold(lake).values())) == {(day,)}
