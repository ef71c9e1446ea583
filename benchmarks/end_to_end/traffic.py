"""A steady stream of impressions, bid requests and clicks that happen as they are sent."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from confluent_kafka import Producer

from schemas.discover import feed_named

IMPRESSIONS = "impressions"

SHARES = {IMPRESSIONS: 0.70, "bid_requests": 0.25, "clicks_conversions": 0.05}
"""Of the events per second; latency is measured on impressions."""

STEP_SECONDS = 0.1

USERS = 9973
"""Enough that nobody clicks like a robot."""

Sent = list[tuple[float, int]]
"""Moments (epoch seconds) and how many impressions had been sent by then."""


def send(servers: str, creative_ids: list[str], per_second: int, seconds: float) -> Sent:
    """Sends the stream and says when."""
    producer = Producer({"bootstrap.servers": servers, "linger.ms": 5, "compression.type": "lz4"})
    sent: Sent = []
    number, begun = count(), time.time()
    for step in range(round(seconds / STEP_SECONDS)):
        time.sleep(max(0.0, begun + step * STEP_SECONDS - time.time()))
        for feed_name, share in SHARES.items():
            topic = feed_named(feed_name).topic
            for _ in range(_due(step + 1, per_second * share) - _due(step, per_second * share)):
                n = next(number)
                value = MAKE[feed_name](n, creative_ids[n % len(creative_ids)])
                producer.produce(topic, value, key=b"u-%d" % (n % USERS))
        producer.flush()
        sent.append((time.time(), _due(step + 1, per_second * SHARES[IMPRESSIONS])))
    return sent


def _due(step: int, per_second: float) -> int:
    return round(step * STEP_SECONDS * per_second)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _impression(n: int, creative_id: str) -> bytes:
    return json.dumps(
        {
            "impression_id": f"imp-{n:012}",
            "ad_creative_id": creative_id,
            "user_id": f"u-{n % USERS}",
            "timestamp": _now(),
            "website": f"news{n % 50}.example.com",
            "price": 0.002,
            "currency": "USD",
        }
    ).encode()


def _bid_request(n: int, creative_id: str) -> bytes:
    return json.dumps(
        {
            "auction_id": f"auction-{n:012}",
            "request_id": f"request-{n:012}",
            "timestamp": _now(),
            "user_id": f"u-{n % USERS}",
            "website": f"news{n % 50}.example.com",
            "bid_amount": 0.003,
            "currency": "USD",
        }
    ).encode()


def _click(n: int, creative_id: str) -> bytes:
    """In the order of the feed: time, user, campaign, kind."""
    return f"{_now()},u-{n % USERS},,click".encode()


MAKE: dict[str, Callable[[int, str], bytes]] = {
    IMPRESSIONS: _impression,
    "bid_requests": _bid_request,
    "clicks_conversions": _click,
}
