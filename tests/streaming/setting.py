"""What the streaming tests share: a topic with a feed on it, ways to produce, and what bronze then holds."""

import dataclasses
import json
import time
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from confluent_kafka import Producer

from advertisex_assets.bronze.kafka import Budget, KafkaReceipt, land_kafka
from advertisex_assets.bronze.kafka.balance import kafka_balance
from resources.kafka import Kafka
from resources.kafka.messages import MESSAGE_SCHEMA
from resources.lake import Lake
from resources.run import Run
from schemas.feed import Feed
from schemas.feeds.impressions import FEED as IMPRESSIONS
from schemas.tables.bronze import bronze_table
from tests.real.kafka import Topics

SECONDS = 30
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVERYTHING = Budget(run_rows=1_000_000)


def impression(number: int, at: str = "2026-02-28T10:00:00Z") -> bytes:
    """One impression as an ad server sends it."""
    record = {"impression_id": f"i-{number}", "ad_creative_id": "cr-1", "user_id": "u-1", "timestamp": at}
    return json.dumps(record).encode()


def payloads(count: int, first: int = 0) -> list[bytes]:
    """Impressions with consecutive numbers."""
    return [impression(number) for number in range(first, first + count)]


def messages_frame(values: Sequence[bytes | None]) -> pl.DataFrame:
    """Messages of one partition as a reader gives them."""
    columns = {
        "payload": values,
        "offset": range(len(values)),
        "timestamp_ms": [1_772_323_200_123] * len(values),
    }
    absent = [
        pl.lit(None, dtype).alias(name) for name, dtype in MESSAGE_SCHEMA.items() if name not in columns
    ]
    schema = {name: MESSAGE_SCHEMA[name] for name in columns}
    return pl.DataFrame(columns, schema=schema).with_columns(absent).select(list(MESSAGE_SCHEMA))


class Stream:
    """One topic on a broker, a feed that names it, and a lake."""

    def __init__(
        self, broker: Topics, folder: Path, feed: Feed = IMPRESSIONS, topic: str | None = None
    ) -> None:
        self.broker = broker
        self.topic = topic or f"{feed.topic}-{uuid.uuid4().hex[:8]}"
        self.feed = dataclasses.replace(feed, topic=self.topic)
        self.lake = Lake(str(folder / "lake"))
        self.kafka = Kafka(dict(broker.client_config), group=f"landing-{self.topic}")

    def create(self, partitions: int = 1, configs: dict[str, str] | None = None) -> "Stream":
        """Creates the topic; messages of any age stay, unless `configs` say otherwise."""
        self.broker.create_topic(self.topic, partitions, {"retention.ms": "-1", **(configs or {})})
        return self

    def produce(self, values: Iterable[bytes | None], partition: int = 0, **message: object) -> None:
        """Produces values to one partition and waits until they are there."""
        producer = Producer({**self.broker.client_config, "message.max.bytes": 60_000_000})
        for value in values:
            producer.produce(self.topic, value, partition=partition, **message)
        assert producer.flush(SECONDS) == 0

    def transaction(self, values: Sequence[bytes], commit: bool) -> None:
        """Produces values in one transaction to partition 0, and commits or aborts it."""
        before = self.kafka.describe(self.topic).partitions[0].stable
        producer = Producer({**self.broker.client_config, "transactional.id": uuid.uuid4().hex})
        producer.init_transactions(SECONDS)
        producer.begin_transaction()
        for value in values:
            producer.produce(self.topic, value, partition=0)
        assert producer.flush(SECONDS) == 0
        if commit:
            producer.commit_transaction(SECONDS)
        else:
            producer.abort_transaction(SECONDS)
        self.wait_for_stable_offset(before + len(values) + 1)

    def wait_for_stable_offset(self, offset: int) -> None:
        """A transaction's end is acknowledged a moment before readers see it."""
        while self.kafka.describe(self.topic).partitions[0].stable < offset:
            time.sleep(0.02)

    def land(self, budget: Budget = EVERYTHING, **arguments: object) -> KafkaReceipt:
        """Lands what waits."""
        run = Run("test", clock=lambda: NOW)
        return land_kafka(self.lake, self.feed, self.kafka, budget, run, **arguments)  # type: ignore[arg-type]

    def rows(self) -> pl.DataFrame:
        """Bronze, in order."""
        table = self.lake.open(bronze_table(self.feed))
        return table.scan().collect().sort("received_at", "source", "partition", "offset", "record_index")

    def landed(self) -> list[bytes | None]:
        """The payloads in bronze, sorted by their text, tombstones first."""
        return sorted(self.rows()["payload"].to_list(), key=lambda payload: payload or b"")

    def balance(self) -> pl.DataFrame:
        """Offsets passed against messages and gaps."""
        return kafka_balance(self.lake.open(bronze_table(self.feed)))

    def gaps(self) -> dict[str, int]:
        """Gaps by class over all partitions, those that are not 0; the offsets must agree."""
        balance = self.balance()
        assert balance["balanced"].all(), balance
        sums = balance.select(pl.col("expired", "aborted", "marker").sum()).row(0, named=True)
        return {name: offsets for name, offsets in sums.items() if offsets}
