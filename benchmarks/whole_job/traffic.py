"""Journeys of users: impressions, clicks on some, conversions after some; some events twice, some broken.

The texts are made column by column, so that millions of them take seconds.
"""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
from confluent_kafka import Producer

IMPRESSIONS, CLICKS = "ad-impressions", "clicks-conversions"
"""Topics, by the names that the feeds give them."""
PARTITIONS = 2

CAMPAIGNS, CREATIVES = 200, 1_000
BROKEN, TWICE = 0.01, 0.02
"""Shares of the events."""
CLICKED, CONVERTED = 0.12, 0.2
MOST_IMPRESSIONS = 11
"""Of one user, who has at least one."""

FIRST = date(2026, 9, 2)
"""Journeys begin on this date and the next, if they are few."""
BEGIN_MS = 36 * 3_600_000
"""Within so long they begin that are sent together."""
DAY_MS = 24 * 3_600_000

USERS_AT_ONCE = 20_000
PARTS_OF_A_DAY = 16
"""Of so many users: two million events. Later parts begin days later, as a topic is filled in order of time."""


def fill(servers: str, events: int) -> int:
    """Sends about so many events, whole journeys; returns how many."""
    settings = {"bootstrap.servers": servers, "linger.ms": 50, "compression.type": "lz4", "batch.size": 1 << 20}
    producer = Producer({**settings, "queue.buffering.max.messages": 1_000_000})
    sent, part = 0, 0
    while sent < events:
        # Once are so many users who together have about as many events as are still to be sent.
        users = min(USERS_AT_ONCE, (events - sent) // (MOST_IMPRESSIONS // 2) + 1)
        for topic, rows in journeys(part, users).items():
            for key, value in rows.iter_rows():
                producer.produce(topic, value, key=key)
            producer.flush()
            sent += rows.height
        part += 1
    return sent


def journeys(part: int, users: int) -> dict[str, pl.DataFrame]:
    """The events of some users by topic: key and value; every part is its own users, the same each time."""
    chance = np.random.default_rng([1, part])
    views = _views(chance, part * USERS_AT_ONCE, users)
    clicks, sales = _clicks(chance, views), _sales(chance, views)
    return {
        # A click without its impression would be invalid traffic, which the other program does not look for.
        IMPRESSIONS: _sent(chance, views.with_columns(value=_IMPRESSION, is_needed="is_clicked")),
        CLICKS: _sent(chance, pl.concat([clicks, sales]).with_columns(is_needed=pl.lit(False))),
    }


def _views(chance: np.random.Generator, first_user: int, users: int) -> pl.DataFrame:
    """One row per impression, a minute or more after the one before of its user."""
    counts = chance.integers(1, MOST_IMPRESSIONS + 1, users)
    rows = int(counts.sum())
    day_ms = first_user // USERS_AT_ONCE // PARTS_OF_A_DAY * DAY_MS
    begin = np.repeat(chance.integers(day_ms, day_ms + BEGIN_MS, users), counts)
    midnight = int(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC).timestamp()) * 1000
    frame = pl.DataFrame(
        {
            "user": np.repeat(np.arange(first_user, first_user + users), counts),
            "at": chance.integers(60_000, 1_800_000, rows),
            "id": _ids(chance, rows),
            "creative": chance.integers(0, CREATIVES, rows),
            "site": chance.integers(0, 50, rows),
            "price": chance.integers(0, 10_000, rows),
            "is_clicked": chance.random(rows) < CLICKED,
        }
    )
    return frame.with_columns(pl.col("at").cum_sum().over("user") + begin + midnight)


def _clicks(chance: np.random.Generator, views: pl.DataFrame) -> pl.DataFrame:
    clicked = views.filter("is_clicked").rename({"id": "view"})
    later = pl.Series("later", chance.integers(2_000, 30_000, clicked.height))
    made = clicked.with_columns(pl.col("at") + later, id=_ids(chance, clicked.height))
    return made.select("user", value=_CLICK)


def _sales(chance: np.random.Generator, views: pl.DataFrame) -> pl.DataFrame:
    """A conversion after the last impression of some users."""
    last = views.group_by("user", maintain_order=True).agg(pl.col("at").last())
    buyers = last.filter(pl.Series(chance.random(last.height) < CONVERTED))
    later = pl.Series("later", chance.integers(60_000, 6 * 3_600_000, buyers.height))
    revenue = pl.Series("revenue", chance.integers(0, 100, buyers.height))
    made = buyers.with_columns(pl.col("at") + later, revenue, id=_ids(chance, buyers.height))
    return made.select("user", value=_SALE)


def _sent(chance: np.random.Generator, rows: pl.DataFrame) -> pl.DataFrame:
    """Key and value, some without a time that could be read, and some twice."""
    is_broken = pl.Series(chance.random(rows.height) < BROKEN) & ~rows["is_needed"]
    broken = pl.col("value").str.replace("2026-", "when? ", literal=True)
    times = pl.Series(1 + (chance.random(rows.height) < TWICE))
    value = pl.when(is_broken).then(broken).otherwise("value").repeat_by(times)
    sent = rows.select(pl.format("u-{}", "user").alias("key"), value.alias("value")).explode("value")
    return sent.cast(pl.Binary)


def _ids(chance: np.random.Generator, count: int) -> pl.Series:
    """Random ids of 24 hexadecimal digits."""
    digits = chance.bytes(12 * count).hex().encode()
    return pl.Series("id", np.frombuffer(digits, "S24").astype("U24"), pl.String)


def _campaign(creative: pl.Expr) -> pl.Expr:
    return pl.format("c-{}", creative % CAMPAIGNS)


_TIME = pl.from_epoch("at", time_unit="ms").dt.to_string("%Y-%m-%dT%H:%M:%S%.3fZ")
_IMPRESSION = pl.format(
    '{{"impression_id": "i-{}", "ad_creative_id": "cr-{}", "user_id": "u-{}", "timestamp": "{}", '
    '"website": "news{}.example.com", "price": 0.00{}, "currency": "USD"}}',
    *("id", "creative", "user", _TIME, "site", pl.col("price").cast(pl.String).str.zfill(4)),
)
_CLICK = pl.format(
    "{},u-{},{},click,c-{},i-{},c-{},cr-{}",
    *(_TIME, "user", _campaign(pl.col("creative")), "id", "view", "id", "creative"),
)
_SALE = pl.format("{},u-{},,purchase,v-{},,,,{}.50,USD", _TIME, "user", "id", "revenue")


def write_reference(folder: Path) -> None:
    """Campaigns, creatives and advertisers as CSV files, valid all the time."""
    folder.mkdir(parents=True, exist_ok=True)
    always = {"valid_from": pl.lit("2020-01-01T00:00:00Z"), "valid_to": pl.lit(None, pl.String)}
    tables = {
        "campaigns": [
            {"campaign_id": f"c-{n}", "advertiser_id": f"a-{n % 20}", "name": f"campaign {n}"} for n in range(CAMPAIGNS)
        ],
        "creatives": [
            {"creative_id": f"cr-{n}", "campaign_id": f"c-{n % CAMPAIGNS}", "name": f"creative {n}"}
            for n in range(CREATIVES)
        ],
        "advertisers": [
            {"advertiser_id": f"a-{n}", "name": f"advertiser {n}", "reporting_zone": "UTC", "currency": "USD"}
            for n in range(20)
        ],
    }
    for name, rows in tables.items():
        pl.DataFrame(rows).with_columns(**always).write_csv(folder / f"{name}.csv")
