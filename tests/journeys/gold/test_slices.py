"""Late rows redo only the hours and user buckets that they can change, and all of those."""

import random
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from advertisex_assets.gold.late import touched_slices
from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.reading import read
from advertisex_assets.gold.refresh import pending_gold, refresh_mart
from advertisex_assets.gold.sources import Sources
from resources.lake import Lake
from tests.journeys.gold.histories import FIRST, MARTS_UNDER_TEST, history
from tests.journeys.gold.silver_rows import append, at, judge, write
from tests.journeys.gold.test_refresh import refresh, run

USERS = {f"u{n}": n for n in range(20)}
"""Each user has a bucket of their own."""
CONVERSION_DAY = FIRST + timedelta(days=20)


def event(name: str, user: str, moment, **own) -> dict:
    """An event of a user."""
    base = {"campaign_id": "c1", "creative_id": "k1", "website": "w", "currency": "USD"}
    return base | {"event_id": name, "user_id": user, "user_bucket": USERS[user], "event_at": moment} | own


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Every user clicked, saw an ad and converted, on one day."""
    made = Lake(str(tmp_path))
    day = CONVERSION_DAY
    write(made, "clicks", day, [event(f"k{n}", user, at(day, n)) for user, n in USERS.items()])
    seen = [event(f"i{n}", user, at(day, n), impression_id=f"i{n}") for user, n in USERS.items()]
    write(made, "impressions", day, seen)
    sales = [event(f"v{n}", user, at(day, n, 30), revenue_micros=10**6 + n) for user, n in USERS.items()]
    write(made, "conversions", day, sales)
    refresh(made)
    return made


def slices_of(lake: Lake) -> dict[str, int | None]:
    """How many slices of the conversion day a refresh redoes, by mart."""
    redone = {}
    for mart in MARTS_UNDER_TEST:
        for receipt in refresh_mart(lake, mart, pending_gold(lake, [mart]).get(mart.name, ()), run()):
            redone[mart.name] = receipt.slices
    return redone


def test_a_late_click_redoes_one_bucket_of_every_date_it_reaches(lake: Lake) -> None:
    """Ten days before: nothing of the day's hours, and of its attribution the user's bucket only."""
    early = CONVERSION_DAY - timedelta(days=10)
    append(lake, "clicks", early, [event("late", "u3", at(early, 7))])
    refresh_mart(lake, mart_named("campaign_hourly"), [early], run())
    redone = slices_of(lake)
    assert "campaign_hourly" not in redone
    assert (redone["attribution"], redone["conversion_paths"]) == (1, 1)


def test_late_rows_redo_their_hours(lake: Lake) -> None:
    """Two impressions of one hour and one of another: two hours; views of two users: two buckets."""
    day = CONVERSION_DAY
    late = [("a", "u1", 5), ("b", "u1", 5), ("c", "u2", 9)]
    append(lake, "impressions", day, [event(name, user, at(day, hour, 1)) for name, user, hour in late])
    redone = slices_of(lake)
    assert redone["campaign_hourly"] == 2
    # u1's and u2's views came after their conversions: they can have earned nothing.
    assert redone["attribution"] == 0


@pytest.mark.parametrize("key", ["user_id", "impression_id", "click_id"])
def test_a_whole_date_is_credited_from_touches_under_every_key(tmp_path: Path, key: str) -> None:
    """The touch and the conversion share that key and no other."""
    lake, day = Lake(str(tmp_path)), CONVERSION_DAY
    own = {"user_id": "u1"} if key == "user_id" else {key: "shared"}
    write(lake, "clicks", day, [event("k", "u1", at(day, 1)) | own, event("other", "u2", at(day, 1))])
    write(lake, "conversions", day, [event("v", "u3", at(day, 2), revenue_micros=1) | own])
    refresh(lake)
    credited = lake.open(mart_named("attribution").table).scan().select("touch_id").unique().collect()
    assert credited["touch_id"].to_list() == ["k"]


def test_a_judgement_redoes_what_the_event_had_reached(lake: Lake) -> None:
    """A click found invalid later takes its hour and its user's bucket with it, and nothing else."""
    judge(lake, CONVERSION_DAY, [("clicks", "k4")])
    redone = slices_of(lake)
    assert (redone["campaign_hourly"], redone["attribution"]) == (1, 1)
    judge(lake, CONVERSION_DAY, [("clicks", "k4")])
    redone = slices_of(lake)
    assert redone["campaign_hourly"] == 0 and "attribution" not in redone


def test_a_rebuilt_date_is_compared(lake: Lake) -> None:
    """What went away is read once more: one of twenty clicks is gone, nineteen are as before."""
    write(
        lake,
        "clicks",
        CONVERSION_DAY,
        [event(f"k{n}", u, at(CONVERSION_DAY, n)) for u, n in USERS.items() if n],
    )
    redone = slices_of(lake)
    assert (redone["campaign_hourly"], redone["attribution"]) == (1, 1)


def test_what_cannot_be_told_is_redone_whole(lake: Lake) -> None:
    """The files that went away were removed for good: nothing is assumed."""
    before = files(lake)
    write(lake, "clicks", CONVERSION_DAY, [])
    for gone in before:
        gone.unlink()
    assert slices_of(lake)["campaign_hourly"] is None


def files(lake: Lake) -> list[Path]:
    """The data files of silver.clicks."""
    return list(Path(lake.root, "silver/clicks").rglob("*.parquet"))


def test_a_bot_is_credited_apart(lake: Lake) -> None:
    """1,100 clicks and 1,100 conversions of one user are too many to join, and are credited all the same."""
    day = CONVERSION_DAY + timedelta(days=1)
    bot = {"user_id": "u7", "user_bucket": 7, "campaign_id": "c1", "creative_id": "k1", "currency": "USD"}
    times = [at(day, n // 60, n % 60) for n in range(1_100)]
    write(
        lake, "clicks", day, [bot | {"event_id": f"b{n}", "event_at": when} for n, when in enumerate(times)]
    )
    write(
        lake,
        "conversions",
        day,
        [bot | {"event_id": f"s{n}", "event_at": when} for n, when in enumerate(times)],
    )
    append(lake, "conversions", day, [event("other", "u3", at(day, 23), revenue_micros=10**6)])
    refresh(lake)
    paths = (
        lake.open(mart_named("conversion_paths").table).scan_dates(day, day).collect().sort("conversion_at")
    )
    # The bot's click of the day before comes first; from the 50th click on, the cap cuts.
    assert paths["path_length"].to_list() == [min(n + 2, 50) for n in range(1_100)] + [1]
    credit = lake.open(mart_named("attribution").table).scan_dates(day, day).collect()
    linear = (
        credit.filter(pl.col("model") == "linear")
        .group_by("conversion_id")
        .agg(pl.col("credit_micros").sum())
    )
    assert linear.height == 1_101 and set(linear["credit_micros"]) == {1_000_000}


def test_nothing_that_changed_was_left_out(tmp_path: Path) -> None:
    """Against brute force: every slice whose rows differ after a rebuild had been named before it."""
    chance = random.Random()
    seed = chance.randrange(2**32)
    print(f"seed {seed}")
    lake = Lake(str(tmp_path))
    for number, each in enumerate(history(seed, writes=20)):
        each.commit(lake)
        if number % 4 == 3:
            for mart in MARTS_UNDER_TEST:
                _compare(lake, mart)


def _compare(lake: Lake, mart) -> None:
    dates = pending_gold(lake, [mart]).get(mart.name, [])
    for day in dates:
        sources = Sources(lake)
        touched = touched_slices(mart, sources, [day], read(mart, sources, [day]).inputs)
        before = _day(lake, mart, day)
        refresh_mart(lake, mart, [day], run(), rebuild=True)
        if touched is not None:
            pairs = [mart.date_column, *mart.slicing.keys]
            either = pl.concat([before, _day(lake, mart, day)])
            changed = either.filter(~either.is_duplicated()).select(pairs).unique()
            assert changed.join(touched, on=pairs, how="anti").is_empty()


def _day(lake: Lake, mart, day) -> pl.DataFrame:
    return lake.open(mart.table).scan_dates(day, day).collect()
