"""Random histories of silver: which dates of which tables were written, in what order, with what."""

import random
from datetime import date, timedelta
from typing import Any

import polars as pl

from resources.lake import Lake
from schemas.tables.gold import GOLD_TABLES
from tests.journeys.gold.silver_rows import at, write

FIRST = date(2026, 2, 20)
DAYS = 40
"""More than the longest window, so that some touches are out of reach of some conversions."""
KINDS = ("impressions", "clicks", "conversions", "engagements")

Writes = list[tuple[str, date, list[dict[str, Any]]]]


def history(seed: int, writes: int = 12) -> Writes:
    """Writes in order; a later one to the same table and date replaces the earlier, some by nothing."""
    chance = random.Random(seed)
    return [_write(chance, index) for index in range(writes)]


def _write(chance: random.Random, index: int) -> tuple[str, date, list[dict[str, Any]]]:
    kind = chance.choice(KINDS)
    day = FIRST + timedelta(days=chance.choice([0, 1, 5, 29, 30, 31, 35, DAYS - 1]))
    return kind, day, [_row(chance, kind, day, f"{index}-{n}") for n in range(chance.choice([0, 1, 4, 8]))]


def _row(chance: random.Random, kind: str, day: date, name: str) -> dict[str, Any]:
    own = f"{kind}-{name}"
    return {
        "event_id": own,
        "event_at": at(day, chance.randrange(24), chance.randrange(60)),
        "user_id": chance.choice(["u1", "u2", "u3", None]),
        "user_bucket": chance.randrange(4),
        "campaign_id": chance.choice(["c1", "c2", "c3"]),
        "creative_id": chance.choice(["k1", "k2"]),
        "website": chance.choice(["w1", None]),
        "price_micros": chance.choice([None, 1_500, 2_500]),
        "revenue_micros": chance.choice([None, 7_000_001, 19_990_000]),
        "currency": "USD",
        "viewable_ms": chance.choice([None, 0, 1_000, 5_000]),
        "conversion_type": chance.choice(["purchase", "signup"]),
        "impression_id": own if kind == "impressions" else None,
    }


def apply(lake: Lake, writes: Writes) -> None:
    """Writes them all."""
    for kind, day, rows in writes:
        write(lake, kind, day, rows)


def gold_rows(lake: Lake) -> dict[str, list[dict[str, Any]]]:
    """Every gold table's rows, sorted."""
    return {table.name: _sorted(lake.open(table).scan().collect()) for table in GOLD_TABLES}


def _sorted(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return rows.sort(pl.all(), nulls_last=True).to_dicts()
