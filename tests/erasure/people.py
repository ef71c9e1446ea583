"""A lake with the records of Anna, in every condition, among those of others; and what is done to it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from advertisex_assets.erasure.erase import Erased, erase
from advertisex_assets.erasure.person import Person, person
from advertisex_assets.gold.publish import finalise_due
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.invalid_traffic import refresh_invalid_traffic
from advertisex_assets.upkeep.layers import LAYERS, upkeep_layer
from advertisex_assets.upkeep.plan import Policy
from advertisex_assets.upkeep.work import Rules
from resources.lake import Lake
from resources.run import Run
from schemas.invalid_traffic import Limits
from schemas.tables.bronze import ERASED, bronze_table
from tests.upkeep.busy import FEED, INPUTS
from tests.watch.lakes import FIRST_DAY, impression, land

NOW = datetime(2026, 3, 30, tzinfo=UTC)
RUN = Run("test", lambda: NOW)
KEY = INPUTS.pseudonym_key
ANNA, HANNA = "anna-7", "hanna-7"
"""One id ends the other."""
KEEP = timedelta(hours=24)
START = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)


def who(user_id: str = ANNA) -> Person:
    return person(user_id, KEY)


def record(number: int, user: str, **changes: object) -> dict[str, object]:
    at = START + timedelta(days=number % 3, seconds=number)
    return impression(number, at, user_id=user, **changes)


def records() -> list[dict[str, object] | bytes]:
    """Kept, doubled, conflicting, refused, broken, withheld and escaped records of Anna, among those of others."""
    escaped = json.dumps(record(60, ANNA)).replace('"anna-7"', '"\\u0061nna-7"').encode()
    return [
        *(record(n, ANNA if n % 5 == 0 else f"user-{n}") for n in range(30)),
        record(10, ANNA),
        record(11, ANNA, price=0.5),
        record(40, ANNA, ad_creative_id=None),
        record(41, HANNA, ad_creative_id=None),
        b'{"impression_id": "x", "user_id": "anna-7", "timest',
        record(50, HANNA),
        record(51, HANNA, referrer="https://x.example/?uid=anna-7&y=1"),
        escaped,
    ]


THEIRS = 6 + 1 + 1 + 1 + 1 + 1 + 1


def filled(folder: Path) -> Lake:
    """A lake with silver, gold and published numbers."""
    lake = Lake(str(folder))
    land(lake, FEED, records(), received_at=START + timedelta(days=3))
    refreshed(lake)
    finalise_due(lake, RUN, after_days=3)
    refresh_gold(lake, RUN)
    return lake


def refreshed(lake: Lake) -> None:
    catch_up(lake, FEED, INPUTS, RUN)
    refresh_invalid_traffic(lake, RUN, Limits())
    refresh_gold(lake, RUN)


def erased(lake: Lake, run: Run = RUN, *, user: str = ANNA) -> Erased:
    return erase(lake, [FEED], [who(user)], INPUTS, Limits(), KEEP, run)


def bronze(lake: Lake) -> pl.DataFrame:
    return lake.open(bronze_table(FEED)).scan().sort("offset").collect()


def others_of(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("kind") != ERASED)


def leave_nothing(lake: Lake) -> None:
    """Upkeep long after."""
    far = Run("upkeep", lambda: datetime(2035, 1, 1, tzinfo=UTC))
    rules = Rules(keep=timedelta(0), policy=Policy(cold_after=timedelta(0)))
    for layer in LAYERS:
        list(upkeep_layer(lake, layer, rules, far))


