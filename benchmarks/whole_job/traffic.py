"""Journeys of users: impressions, clicks on some, conversions after some; some events twice, some broken."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
from confluent_kafka import Producer

IMPRESSIONS, CLICKS = "ad-impressions", "clicks-conversions"
"""Topics, by the names that the feeds give them."""
PARTITIONS = 2

CAMPAIGNS, CREATIVES = 200, 1_000
BROKEN, TWICE = 0.01, 0.02
"""Shares of the events."""
CLICKED, CONVERTED = 0.12, 0.2

FIRST = date(2026, 11, 2)
"""Journeys begin on this date and the next."""

Event = tuple[str, bytes, bytes]
"""Topic, key, value."""


def fill(servers: str, events: int) -> None:
    """Sends about so many events: whole journeys."""
    settings = {"bootstrap.servers": servers, "linger.ms": 50, "compression.type": "lz4", "batch.size": 1 << 20}
    producer = Producer({**settings, "queue.buffering.max.messages": 1_000_000})
    for number, (topic, key, value) in enumerate(_events(events)):
        producer.produce(topic, value, key=key)
        if number % 10_000 == 0:
            producer.poll(0)
    producer.flush()


def _events(events: int) -> Iterator[Event]:
    chance, sent, user = random.Random(1), 0, 0
    while sent < events:
        user += 1
        for topic, value, is_needed in _journey(chance, user):
            copies = 2 if chance.random() < TWICE else 1
            broken = chance.random() < BROKEN and not is_needed
            sent += copies
            for _ in range(copies):
                yield topic, b"u-%d" % user, _broken(value) if broken else value


def _broken(value: bytes) -> bytes:
    """The same without a time that could be read."""
    return value.replace(b"2026-", b"when? ", 1)


def _journey(chance: random.Random, user: int) -> Iterator[tuple[str, bytes, bool]]:
    """One user's events in order, and whether a later one needs it: a click without its impression would be invalid
    traffic, which the other program does not look for. An impression is a minute or more after the one before."""
    at = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(seconds=chance.randrange(36 * 3600))
    for _ in range(chance.randrange(1, 12)):
        at += timedelta(milliseconds=chance.randrange(60_000, 1_800_000))
        creative = chance.randrange(CREATIVES)
        impression_id = f"i-{chance.getrandbits(96):024x}"
        is_clicked = chance.random() < CLICKED
        yield IMPRESSIONS, _impression(chance, user, at, creative, impression_id), is_clicked
        if is_clicked:
            clicked_at = at + timedelta(milliseconds=chance.randrange(2_000, 30_000))
            yield CLICKS, _click(chance, user, clicked_at, creative, impression_id), False
    if chance.random() < CONVERTED:
        at += timedelta(milliseconds=chance.randrange(60_000, 6 * 3_600_000))
        event_id = f"v-{chance.getrandbits(96):024x}"
        row = f"{_time(at)},u-{user},,purchase,{event_id},,,,{chance.randrange(100)}.50,USD"
        yield CLICKS, row.encode(), False


def _impression(chance: random.Random, user: int, at: datetime, creative: int, impression_id: str) -> bytes:
    return json.dumps(
        {
            "impression_id": impression_id,
            "ad_creative_id": f"cr-{creative}",
            "user_id": f"u-{user}",
            "timestamp": _time(at),
            "website": f"news{chance.randrange(50)}.example.com",
            "price": chance.randrange(10_000) / 1e6,
            "currency": "USD",
        }
    ).encode()


def _click(chance: random.Random, user: int, at: datetime, creative: int, impression_id: str) -> bytes:
    event_id, campaign = f"c-{chance.getrandbits(96):024x}", _campaign(creative)
    return f"{_time(at)},u-{user},{campaign},click,{event_id},{impression_id},{event_id},cr-{creative}".encode()


def _campaign(creative: int) -> str:
    return f"c-{creative % CAMPAIGNS}"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_reference(folder: Path) -> None:
    """Campaigns, creatives and advertisers as CSV files, valid all the time."""
    folder.mkdir(parents=True, exist_ok=True)
    always = {"valid_from": pl.lit("2020-01-01T00:00:00Z"), "valid_to": pl.lit(None, pl.String)}
    tables = {
        "campaigns": [
            {"campaign_id": f"c-{n}", "advertiser_id": f"a-{n % 20}", "name": f"campaign {n}"} for n in range(CAMPAIGNS)
        ],
        "creatives": [
            {"creative_id": f"cr-{n}", "campaign_id": _campaign(n), "name": f"creative {n}"} for n in range(CREATIVES)
        ],
        "advertisers": [
            {"advertiser_id": f"a-{n}", "name": f"advertiser {n}", "reporting_zone": "UTC", "currency": "USD"}
            for n in range(20)
        ],
    }
    for name, rows in tables.items():
        pl.DataFrame(rows).with_columns(**always).write_csv(folder / f"{name}.csv")
