"""`advertisex explain`: what people see, and what it says when a number cannot be confirmed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from advertisex_assets.cli.main import build
from resources.lake import Marks
from resources.settings import settings
from resources.world import open_lake
from schemas.discover import feed_named
from schemas.errors import AdvertiseXError
from schemas.tables.silver import silver_tables

CLICKS = "timestamp,user_id,ad_campaign_id,conversion_type,event_id\n"
EXPLAIN = ("explain", "gold.campaign_daily", "--date", "2026-03-03", "--campaign", "c1", "--format", "json")


@pytest.fixture
def advertisex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """Runs commands on a lake of its own."""
    monkeypatch.setenv("ADVERTISEX_LAKE", str(tmp_path / "lake"))
    settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(build(), arguments)
    settings.cache_clear()


def land(advertisex: Callable[..., Result], path: Path, *rows: str) -> None:
    """Lands rows of clicks as a file."""
    path.write_text(CLICKS + "\n".join(rows) + "\n")
    assert advertisex("land", "clicks_conversions", str(path)).exit_code == 0


FIRST = (
    "2026-03-03T10:00:00Z,7,c1,click,e1",
    "2026-03-03T10:00:00Z,7,c1,click,e1",
    "2026-03-03T10:05:00Z,8,c1,click,e1",
    "2026-03-03T11:00:00Z,8,c1,click,e2",
    "2026-03-03T11:00:00Z,8,c1,hover,e3",
    "2026-03-03T11:00:00Z,8,c2,hover,e4",
)


def test_people_see_what_a_number_is_made_of(advertisex: Callable[..., Result], tmp_path: Path) -> None:
    """Records by reason, the files they came in, versions, and the recount that agrees; exit code 0."""
    land(advertisex, tmp_path / "a.csv", *FIRST)
    assert advertisex("refresh").exit_code == 0
    done = advertisex(*EXPLAIN, "--metric", "clicks")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["value"], found["recount"], found["agrees"]) == (0, 2, 2, True)
    records = [(row["outcome"], row["reason"], row["rows"]) for row in found["records"]]
    assert [row for row in records if row[0] in ("accepted", "quarantined")] == [
        ("accepted", None, 2),
        ("quarantined", "unknown_type", 1),
    ]
    assert [(row[0], row[2]) for row in records if row[0] in ("duplicate", "conflict")] == [
        ("conflict", 1),
        ("duplicate", 1),
    ]
    assert [(row["source_name"], row["rows"]) for row in found["sources"]] == [(str(tmp_path / "a.csv"), 2)]
    contract = feed_named("clicks_conversions").contract_version
    assert contract in [row["version"] for row in found["versions"]]


def test_data_that_waits_is_named(advertisex: Callable[..., Result], tmp_path: Path) -> None:
    """Landed but not refreshed: bronze gives more than the mart, and the command says what to do."""
    land(advertisex, tmp_path / "a.csv", *FIRST)
    assert advertisex("refresh").exit_code == 0
    land(advertisex, tmp_path / "b.csv", "2026-03-03T12:00:00Z,9,c1,click,e9")
    done = advertisex(*EXPLAIN, "--metric", "clicks")
    assert json.loads(done.stdout)["agrees"] is False
    assert "bronze gives 3. Not up to date: silver of clicks_conversions" in str(done.exception)
    assert advertisex("refresh").exit_code == 0
    assert advertisex(*EXPLAIN, "--metric", "clicks").exit_code == 0


def test_a_row_that_silver_lost_is_told(advertisex: Callable[..., Result], tmp_path: Path) -> None:
    """A bug somewhere between bronze and gold: nothing is pending, and the numbers differ."""
    land(advertisex, tmp_path / "a.csv", *FIRST)
    assert advertisex("refresh").exit_code == 0
    lake = open_lake()
    table = next(table for table in silver_tables(feed_named("clicks_conversions")) if table.name == "clicks")
    rows = lake.open(table).scan().filter(pl.col("event_id") != "e2").collect()
    generation = "clicks_conversions/2026-03-03/generation"
    lake.open(table).replace(rows, "event_date = '2026-03-03'", Marks({generation: 99}))
    assert advertisex("refresh").exit_code == 0
    done = advertisex(*EXPLAIN, "--metric", "clicks")
    found = json.loads(done.stdout)
    assert (found["value"], found["recount"], found["not_up_to_date"]) == (1, 2, [])
    assert isinstance(done.exception, AdvertiseXError)
    assert "has a bug" in str(done.exception)


RATES = "currency,reporting_currency,rate,date\nEUR,USD,1.17,2026-03-03\n"


def record(name: str, at: str, kind: str = "purchase", **more: Any) -> str:
    """A conversion of the campaign, or an adjustment of one."""
    told = {"event_id": name, "timestamp": at, "conversion_type": kind, "ad_campaign_id": "c1"}
    return json.dumps(told | {column: value for column, value in more.items() if value is not None})


def change(name: str, at: str, kind: str, sold: str, revenue: int | None = None, **more: Any) -> str:
    """An adjustment of a sale."""
    return record(name, at, kind, adjusted_conversion_id=sold, revenue=revenue, **more)


SOLD = (
    record("s1", "2026-03-03T10:00:00Z", revenue=100, currency="EUR"),
    record("s2", "2026-03-03T11:00:00Z", revenue=50),
    record("s3", "2026-03-03T12:00:00Z", revenue=10),
    record("s4", "2026-03-03T13:00:00Z", revenue=7, currency="GBP"),
)
CHANGED = (
    change("r1", "2026-04-20T10:00:00Z", "refund", "s1", 30, currency="EUR"),
    change("r2", "2026-03-05T10:00:00Z", "restatement", "s2", 45),
    change("r3", "2026-03-06T10:00:00Z", "purchase", "s2", -5),
    change("r4", "2026-03-07T10:00:00Z", "retraction", "s3"),
    # Too late: more than 90 days after the sale.
    change("r5", "2026-06-10T10:00:00Z", "retraction", "s2"),
)


def test_exchange_and_refunds_are_counted_again_too(
    advertisex: Callable[..., Result], tmp_path: Path
) -> None:
    """Euros by the day's rate, a refund seven weeks later, a restatement, a retraction; pounds have no rate."""
    (tmp_path / "exchange_rates.csv").write_text(RATES)
    assert advertisex("reference", str(tmp_path)).exit_code == 0
    for name, rows in (("sold.json", SOLD), ("changed.json", CHANGED)):
        (tmp_path / name).write_text("\n".join(rows))
        assert advertisex("land", "clicks_conversions", str(tmp_path / name)).exit_code == 0
    assert advertisex("refresh").exit_code == 0
    for metric, value in {"revenue_micros": 121_900_000, "conversions": 3, "money_rows_left_out": 1}.items():
        done = advertisex(*EXPLAIN, "--metric", metric)
        found = json.loads(done.stdout)
        assert (metric, found["value"], found["recount"]) == (metric, value, value)
    special = {
        row["reason"]: row["rows"] for row in found["records"] if row["outcome"] == "accepted, of which"
    }
    assert special["adjusted since"] == 2
    assert special["retracted since: counted no more"] == 1
