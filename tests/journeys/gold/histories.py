"""Random histories of silver: rows that were added, dates that were replaced, events that were judged invalid."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from advertisex_assets.gold.marts import MARTS
from resources.lake import Lake
from tests.journeys.gold.silver_rows import append, at, judge, write

FIRST = date(2026, 2, 20)
DAYS = 40
"""More than the longest window, so that some touches are out of reach of some conversions."""
KINDS = ("impressions", "clicks", "conversions", "engagements")
Rows = list[dict[str, Any]]

CORE = (
    "conversions",
    "campaign_hourly",
    "campaign_daily",
    "touches",
    "attribution",
    "conversion_paths",
    "conversion_daily",
)
MARTS_UNDER_TEST = tuple(mart for mart in MARTS if mart.name in CORE)
"""One of each way of being refreshed: by hours, row by row, by conversions, from another mart."""


@dataclass(frozen=True)
class Write:
    """One commit to silver: rows that replace a date's, rows that are added, or events judged invalid."""

    how: str
    kind: str
    day: date
    rows: Rows

    def commit(self, lake: Lake) -> None:
        """Commits it."""
        if self.how == "judge":
            judge(lake, self.day, [(self.kind, row["event_id"]) for row in self.rows])
        else:
            {"append": append, "replace": write}[self.how](lake, self.kind, self.day, self.rows)


def history(seed: int, writes: int = 14) -> list[Write]:
    """Writes in order: additions, dates that are replaced (some by nothing), and judgements on what came before."""
    chance = random.Random(seed)
    made: list[Write] = []
    for index in range(writes):
        made.append(_write(chance, f"{seed}-{index}", made))
    return made


def _write(chance: random.Random, name: str, before: list[Write]) -> Write:
    judged = [each for each in before if each.rows and each.kind != "engagements" and each.how != "judge"]
    if judged and chance.random() < 0.2:
        one = chance.choice(judged)
        return Write("judge", one.kind, one.day, chance.sample(one.rows, chance.randint(0, len(one.rows))))
    kind = chance.choice(KINDS)
    day = FIRST + timedelta(days=chance.choice([0, 1, 5, 29, 30, 31, 35, DAYS - 1]))
    how, size = (
        ("append", chance.choice([1, 4, 8])) if chance.random() < 0.7 else ("replace", chance.choice([0, 4]))
    )
    return Write(how, kind, day, [_row(chance, kind, day, f"{name}-{n}") for n in range(size)])


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
        "currency": chance.choice(["USD", "EUR"]),
        "viewable_ms": chance.choice([None, 0, 1_000, 5_000]),
        "conversion_type": chance.choice(["purchase", "signup"]),
        "impression_id": own if kind == "impressions" else None,
    }


def apply(lake: Lake, writes: Iterable[Write]) -> None:
    """Commits them all."""
    for each in writes:
        each.commit(lake)


def gold_rows(lake: Lake) -> dict[str, Rows]:
    """The rows of the marts under test, sorted."""
    return {mart.name: _sorted(lake.open(mart.table).scan().collect()) for mart in MARTS_UNDER_TEST}


def _sorted(rows: pl.DataFrame) -> Rows:
    return rows.sort(pl.all(), nulls_last=True).to_dicts()
