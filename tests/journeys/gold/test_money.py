"""Refunds change the day of their conversion; amounts are in one currency; a corrected rate redoes its day."""

import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from advertisex_assets.gold.publish import accept_restatements, finalise_due
from advertisex_assets.gold.refresh import pending_gold, refresh_gold
from advertisex_assets.reference.load import load_reference
from resources.lake import Lake
from resources.reference import ReferenceFolder
from schemas.tables.gold import ADJUSTMENTS_LEFT_OUT, ATTRIBUTION, CAMPAIGN_DAILY, CONVERSIONS, RESTATEMENTS
from schemas.tables.reference import EXCHANGE_RATES
from tests.journeys.gold.histories import FIRST
from tests.journeys.gold.silver_rows import append, at, write
from tests.journeys.gold.test_refresh import run
from tests.journeys.world import leading_to

READ = (ADJUSTMENTS_LEFT_OUT, CAMPAIGN_DAILY, ATTRIBUTION, CONVERSIONS, RESTATEMENTS)
MONEY = leading_to(*(table.name for table in READ))
DAY, LATER = FIRST + timedelta(days=3), FIRST + timedelta(days=40)
WHO = {"user_id": "u1", "user_bucket": 1, "campaign_id": "c1", "creative_id": "k1"}
SALE = WHO | {"conversion_type": "purchase", "event_at": at(DAY, 12), "currency": "EUR"}


def adjustment(name: str, kind: str, value: int | None, conversion: str = "v1", **own: Any) -> dict[str, Any]:
    """One that comes weeks later."""
    row = {
        "event_id": name,
        "event_at": at(LATER, 9),
        "adjusted_conversion_id": conversion,
        "currency": "EUR",
    }
    return row | {"conversion_type": kind, "revenue_micros": value} | own


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lake: two sales after one click, in euros, refreshed."""
    folder = tmp_path_factory.mktemp("money")
    made = Lake(str(folder))
    write(made, "clicks", DAY, [WHO | {"event_id": "k", "event_at": at(DAY, 1)}])
    write(
        made,
        "impressions",
        DAY,
        [WHO | {"event_id": "i", "event_at": at(DAY, 1), "price_micros": 1_500, "currency": "EUR"}],
    )
    sales = [SALE | {"event_id": name, "revenue_micros": 100_000_000} for name in ("v1", "v2")]
    write(made, "conversions", DAY, sales)
    refresh(made)
    return folder


@pytest.fixture
def lake(refreshed: Path, tmp_path: Path) -> Lake:
    """A copy of its own for each test."""
    return Lake(str(shutil.copytree(refreshed, tmp_path / "lake")))


def refresh(lake: Lake) -> None:
    """Gold up to date, as far as it is about money."""
    refresh_gold(lake, run(), marts=MONEY)


def of_campaign(lake: Lake) -> dict[str, Any]:
    """The campaign's row of the day."""
    return lake.open(CAMPAIGN_DAILY).scan_dates(DAY, DAY).collect().to_dicts()[0]


def revenue_by_model(lake: Lake) -> set[int]:
    """What each model credits on the day in all."""
    rows = lake.open(ATTRIBUTION).scan_dates(DAY, DAY)
    return set(rows.group_by("model").agg(pl.col("revenue_micros").sum()).collect()["revenue_micros"])


def load_rates(lake: Lake, folder: Path, rates: dict[date, str]) -> None:
    """Loads daily rates of the euro in dollars, as people write them."""
    lines = [f"{day},EUR,USD,{rate}" for day, rate in rates.items()]
    folder.mkdir(exist_ok=True)
    (folder / "exchange_rates.csv").write_text(
        "\n".join(["date,currency,reporting_currency,rate", *lines]) + "\n"
    )
    load_reference(lake, ReferenceFolder(folder), b"key", "run")


def test_a_refund_changes_the_day_of_its_conversion(lake: Lake) -> None:
    """Everything that counts it: the campaign's revenue, the credit of every model; nothing on the refund's own day."""
    append(lake, "conversion_adjustments", LATER, [adjustment("r", "refund", 30_000_000)])
    refresh(lake)
    assert (of_campaign(lake)["revenue_micros"], of_campaign(lake)["conversions"]) == (170_000_000, 2)
    assert revenue_by_model(lake) == {170_000_000}
    assert LATER not in lake.open(CAMPAIGN_DAILY).rows_by_date()
    assert pending_gold(lake, MONEY) == {}


def test_a_retraction_takes_the_conversion_away(lake: Lake) -> None:
    """It is counted and credited no more; what it was stands in silver."""
    append(lake, "conversion_adjustments", LATER, [adjustment("r", "retraction", None)])
    refresh(lake)
    assert (of_campaign(lake)["revenue_micros"], of_campaign(lake)["conversions"]) == (100_000_000, 1)
    assert revenue_by_model(lake) == {100_000_000}
    assert lake.open(CONVERSIONS).scan().collect()["event_id"].to_list() == ["v2"]


def test_a_refund_of_a_final_day_is_a_restatement(lake: Lake) -> None:
    """It waits until someone accepts it."""
    finalise_due(lake, run(), 3)
    append(lake, "conversion_adjustments", LATER, [adjustment("r", "refund", -100_000_000)])
    refresh(lake)
    rows = lake.open(RESTATEMENTS).scan().filter(pl.col("campaign_id") == "c1").collect().to_dicts()
    told = [(row["metric"], row["before"], row["after"], row["status"], row["cause"]) for row in rows]
    assert told == [("revenue_micros", 200_000_000, 100_000_000, "pending", "late_data")]
    assert accept_restatements(lake, run(), [DAY]) == [DAY]


def test_adjustments_of_nothing_are_shown(lake: Lake) -> None:
    """One names no conversion; it is listed until the conversion comes, and then it counts."""
    append(lake, "conversion_adjustments", LATER, [adjustment("r", "refund", 1_000_000, conversion="v3")])
    refresh(lake)
    assert lake.open(ADJUSTMENTS_LEFT_OUT).scan().collect()["adjustment_id"].to_list() == ["r"]
    append(lake, "conversions", DAY, [SALE | {"event_id": "v3", "revenue_micros": 5_000_000}])
    refresh(lake)
    assert lake.open(ADJUSTMENTS_LEFT_OUT).scan().collect().is_empty()
    assert of_campaign(lake)["revenue_micros"] == 204_000_000


def test_money_is_in_the_reporting_currency(lake: Lake, tmp_path: Path) -> None:
    """By the rate of the day; a correction redoes that day; an amount without rate is left out and counted."""
    load_rates(lake, tmp_path / "rates", {DAY: "1.10", DAY + timedelta(days=5): "1.20"})
    refresh(lake)
    row = of_campaign(lake)
    assert (row["currency"], row["spend_micros"], row["revenue_micros"]) == ("USD", 1_650, 220_000_000)
    append(
        lake,
        "impressions",
        DAY,
        [WHO | {"event_id": "j", "event_at": at(DAY, 2), "price_micros": 9, "currency": "AUD"}],
    )
    load_rates(lake, tmp_path / "rates", {DAY: "1.1234", DAY + timedelta(days=5): "1.20"})
    assert DAY in pending_gold(lake)["campaign_hourly"]
    refresh(lake)
    row = of_campaign(lake)
    assert (row["currency"], row["spend_micros"], row["revenue_micros"]) == ("USD", 1_685, 224_680_000)
    assert (row["money_rows"], row["money_rows_left_out"]) == (4, 1)
    assert revenue_by_model(lake) == {224_680_000}
    assert Decimal("1.1234") in lake.open(EXCHANGE_RATES).scan().collect()["rate"].to_list()
