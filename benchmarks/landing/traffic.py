"""What is landed: believable messages of about 200 bytes in each format, made from a seed."""

import io
import json
import random
from collections.abc import Callable, Iterator

import fastavro
from confluent_kafka import Producer

SCHEMA_ID = 7
SCHEMA = {
    "type": "record",
    "name": "BidRequest",
    "fields": [
        {"name": "auction_id", "type": "string"},
        {"name": "request_id", "type": "string"},
        {"name": "timestamp", "type": "string"},
        {"name": "user_id", "type": ["null", "string"]},
        {"name": "website", "type": "string"},
        {"name": "bid_amount", "type": "double"},
        {"name": "currency", "type": "string"},
        {"name": "device_type", "type": "string"},
        {"name": "country", "type": "string"},
    ],
}
"""A flat bid request."""

Make = Callable[[random.Random], bytes]


def _time(chance: random.Random) -> str:
    hour, minute, second, milli = (chance.randrange(n) for n in (24, 60, 60, 1000))
    return f"2026-02-{chance.randrange(1, 29):02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"


def impression(chance: random.Random) -> bytes:
    """A flat JSON object."""
    record = {
        "impression_id": f"{chance.getrandbits(128):032x}",
        "ad_creative_id": f"cr-{chance.randrange(1000)}",
        "user_id": f"u-{chance.randrange(10**6)}",
        "timestamp": _time(chance),
        "website": f"news{chance.randrange(50)}.example.com",
        "price": chance.randrange(10_000) / 1e6,
        "currency": "USD",
    }
    return json.dumps(record).encode()


def conversion(chance: random.Random) -> bytes:
    """A CSV row in the feed's order."""
    ids = f"{chance.getrandbits(128):032x},{chance.getrandbits(128):032x},{chance.getrandbits(128):032x}"
    user, campaign = f"u-{chance.randrange(10**6)}", f"c-{chance.randrange(200)}"
    return f"{_time(chance)},{user},{campaign},purchase,{ids},cr-{chance.randrange(1000)},12.50,USD".encode()


def bid_request(chance: random.Random) -> bytes:
    """Avro in the Confluent wire format."""
    body = io.BytesIO()
    record = {
        "auction_id": f"{chance.getrandbits(128):032x}",
        "request_id": f"{chance.getrandbits(128):032x}",
        "timestamp": _time(chance),
        "user_id": f"u-{chance.randrange(10**6)}",
        "website": f"news{chance.randrange(50)}.example.com",
        "bid_amount": chance.randrange(10_000) / 1e6,
        "currency": "USD",
        "device_type": "mobile",
        "country": "DE",
    }
    fastavro.schemaless_writer(body, _PARSED, record)
    return b"\0" + SCHEMA_ID.to_bytes(4, "big") + body.getvalue()


_PARSED = fastavro.parse_schema(SCHEMA)

BY_FEED: dict[str, Make] = {
    "impressions": impression,
    "clicks_conversions": conversion,
    "bid_requests": bid_request,
}
"""One format per feed: JSON, CSV, Avro."""

DISTINCT = 50_000
"""Messages made; a topic repeats them, which no reader notices."""


def fill(bootstrap_servers: str, topic: str, make: Make, messages: int) -> None:
    """Produces so many messages to a topic, keyed by a thousand users."""
    settings = {
        "bootstrap.servers": bootstrap_servers,
        "compression.type": "lz4",
        "linger.ms": 50,
        "batch.size": 1 << 20,
    }
    producer = Producer({**settings, "queue.buffering.max.messages": 1_000_000})
    for number, value in enumerate(_repeated(make, messages)):
        producer.produce(topic, value, key=b"user-%d" % (number % 1000))
        if number % 10_000 == 0:
            producer.poll(0)
    producer.flush()


def _repeated(make: Make, messages: int) -> Iterator[bytes]:
    chance = random.Random(1)
    values = [make(chance) for _ in range(min(messages, DISTINCT))]
    return (values[number % len(values)] for number in range(messages))
