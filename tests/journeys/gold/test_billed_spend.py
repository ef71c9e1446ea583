"""Where billing notices are what spend counts: a late notice redoes its hour, and two notices of a win count once."""

from pathlib import Path
from typing import Any

import pytest

from advertisex_assets.gold.marts import marts_for
from advertisex_assets.gold.refresh import pending_gold, refresh_gold, refresh_mart
from resources.lake import Lake
from schemas.tables.gold import CAMPAIGN_DAILY, CAMPAIGN_HOURLY
from tests.journeys.gold.histories import FIRST as DAY
from tests.journeys.gold.silver_rows import append, at, write
from tests.journeys.gold.test_refresh import run
from tests.transforms.marts.test_spend import BILLED

MARTS = [mart for mart in marts_for(BILLED) if mart.name in ("campaign_hourly", "campaign_daily", "campaign_pacing")]
WHO = {"campaign_id": "c1", "creative_id": "k1", "website": "w", "currency": "USD"}


def notice(name: str, hour: int, cpm_micros: int | None, outcome: str = "billing") -> dict[str, Any]:
    """A notice of an exchange."""
    return WHO | {"event_id": name, "event_at": at(DAY, hour), "outcome": outcome, "clearing_micros": cpm_micros}


def spent(lake: Lake) -> tuple[int, int, int]:
    """(impressions, spend, paid impressions) of the campaign's day."""
    row = lake.open(CAMPAIGN_DAILY).scan_dates(DAY, DAY).collect().row(0, named=True)
    return row["impressions"], row["spend_micros"], row["billable_impressions"]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two priced impressions, a win, and one billing notice at 3 CPM."""
    made = Lake(str(tmp_path))
    shown = [WHO | {"event_id": f"i{n}", "event_at": at(DAY, 3), "price_micros": 9_000_000} for n in range(2)]
    write(made, "impressions", DAY, shown)
    write(made, "auction_outcomes", DAY, [notice("w1", 3, 5_000_000, "win"), notice("b1", 3, 3_000_000)])
    refresh_gold(made, run(), marts=MARTS)
    return made


def test_spend_is_what_notices_bill(lake: Lake) -> None:
    assert spent(lake) == (2, 3_000, 1)


def test_a_late_notice_redoes_its_hour(lake: Lake) -> None:
    append(lake, "auction_outcomes", DAY, [notice("b2", 20, 1_500_000), notice("b3", 20, None)])
    hourly = MARTS[0]
    (receipt,) = refresh_mart(lake, hourly, pending_gold(lake, [hourly])[hourly.name], run())
    assert receipt.slices == 1
    refresh_gold(lake, run(), marts=MARTS)
    assert spent(lake) == (2, 4_500, 2)
    incremental = lake.open(CAMPAIGN_HOURLY).scan().collect().sort("hour")
    refresh_mart(lake, hourly, [DAY], run(), rebuild=True)
    assert lake.open(CAMPAIGN_HOURLY).scan().collect().sort("hour").equals(incremental)


def test_counting_something_else_makes_every_date_anew(lake: Lake) -> None:
    """The declaration is part of what a date depends on."""
    priced = [mart for mart in marts_for(BILLED.__class__("impressions", "price_micros")) if mart.name == MARTS[0].name]
    assert pending_gold(lake, MARTS[:1]) == {}
    assert pending_gold(lake, priced) == {MARTS[0].name: [DAY]}
