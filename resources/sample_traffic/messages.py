"""A run as Kafka messages, in the order of delivery. Not here: sending them (`kafka_sink`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

import polars as pl

from resources.sample_traffic.avro_dialect import AvroDialect
from resources.sample_traffic.config import TrafficConfig
from resources.sample_traffic.dialect import Dialect, WireFeed
from resources.sample_traffic.feeds import FEEDS
from resources.sample_traffic.simulate import Delivery, simulate
from resources.sample_traffic.truth import EXCLUDED, TOMBSTONE, truth_rows
from resources.sample_traffic.world import World, make_world

TOMBSTONE_EVERY = 2_000
"""One message in so many is a tombstone: a key without a value."""


@dataclass(frozen=True, slots=True)
class Message:
    """One Kafka message with its truth; `value` is None for a tombstone.

    The key names the sending device, so that all copies of a record, also those that name nobody or somebody else,
    share its partition and keep their order even when they are sent within one millisecond.
    `event_at_us` is when it happened and `delivered_at_us` when it arrives. outcome, codes, table and event_id are as
    in truth/records.parquet.
    """

    feed: str
    topic: str
    key: bytes
    value: bytes | None
    event_at_us: int
    delivered_at_us: int
    outcome: str
    codes: tuple[str, ...]
    table: str | None
    event_id: str | None


def messages(config: TrafficConfig, schema_ids: Mapping[str, int] | None = None) -> Iterator[Message]:
    """All records of a run in the order in which they arrive, in bounded memory.

    Avro bid requests are small object containers, or in Confluent's wire format where `schema_ids` (see
    `avro_schemas`) gives their dialect's schema an id. What only files suffer (one that breaks off, one sent again)
    is not here; tombstones are.
    """
    world = make_world(config)
    for _, deliveries in groupby(simulate(config, world), key=lambda delivery: delivery.chunk.index):
        arrived = [m for delivery in deliveries for m in _messages(delivery, world, schema_ids or {})]
        # Stable: what arrives together keeps the order of its feed.
        yield from sorted(arrived, key=lambda message: message.delivered_at_us)


def avro_schemas() -> dict[str, dict[str, object]]:
    """The Avro schemas that bid requests are written with, by dialect, to be registered."""
    dialects = [dialect for feed in FEEDS.values() for dialect in feed.dialects]
    return {dialect.name: dialect.schema for dialect in dialects if isinstance(dialect, AvroDialect)}


def _messages(delivery: Delivery, world: World, schema_ids: Mapping[str, int]) -> Iterator[Message]:
    feed = FEEDS[delivery.feed]
    for number, dialect in enumerate(feed.dialects):
        rows = delivery.rows.filter(pl.col("producer") == number)
        if len(rows):
            yield from _of_dialect(rows, feed, _registered(dialect, schema_ids), world)


def _registered(dialect: Dialect, schema_ids: Mapping[str, int]) -> Dialect:
    if isinstance(dialect, AvroDialect) and dialect.name in schema_ids:
        return replace(dialect, schema_id=schema_ids[dialect.name])
    return dialect


def _of_dialect(rows: pl.DataFrame, feed: WireFeed, dialect: Dialect, world: World) -> Iterator[Message]:
    truth = truth_rows(rows, feed, dialect, world).select("outcome", "codes", "table", "event_id")
    coordinates = rows.select("device_key", "event_at", "delivered_at", "seq", "copy")
    for value, fate, (device, event_at, delivered_at, seq, copy) in zip(
        dialect.messages(rows), truth.iter_rows(), coordinates.iter_rows(), strict=True
    ):
        outcome, codes, table, event_id = fate
        key = device.encode()
        yield Message(
            feed.name, feed.topic, key, value, event_at, delivered_at, outcome, tuple(codes), table, event_id
        )
        if copy == 0 and seq % TOMBSTONE_EVERY == 0:
            yield Message(
                feed.name, feed.topic, key, None, event_at, delivered_at, EXCLUDED, (TOMBSTONE,), None, None
            )
