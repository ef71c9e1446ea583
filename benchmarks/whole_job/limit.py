"""The limit: both topics consumed, decoded by the feeds' codecs, written to Parquet. Nothing is kept of what came, no
row is judged, compared, committed or counted; no program that does the job can cost less by the same libraries."""

from pathlib import Path

import polars as pl
from confluent_kafka import Consumer, TopicPartition

from benchmarks.measure import cost_of
from benchmarks.whole_job.outcome import Job, Outcome, main
from benchmarks.whole_job.traffic import CLICKS, IMPRESSIONS, PARTITIONS
from resources.kafka.config import CONSUMER
from resources.kafka.reader import CHUNK_MESSAGES, paused_garbage_collection
from resources.lake.encode import encode
from schemas.columns import paths_of
from schemas.discover import feed_named

FORMATS = {IMPRESSIONS: ("impressions", "json"), CLICKS: ("clicks_conversions", "csv")}
"""The feed and the codec of each topic."""
FILE_MESSAGES = 250_000
"""As many as ours puts into one commit."""


def run(job: Job) -> Outcome:
    """Every message of both topics."""
    taken: list[int] = []
    cost = cost_of(lambda: taken.extend(_take(job, topic) for topic in FORMATS))
    assert sum(taken) == job.messages, f"{sum(taken):,} of {job.messages:,} messages"
    return Outcome(cost, {})


def _take(job: Job, topic: str) -> int:
    consumer = Consumer({"bootstrap.servers": job.bootstrap_servers, "group.id": "limit", **CONSUMER})
    places = [TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)]
    left = sum(consumer.get_watermark_offsets(place)[1] for place in places)
    consumer.assign(places)
    rows = 0
    while left:
        values: list[bytes] = []
        with paused_garbage_collection():
            while len(values) < min(FILE_MESSAGES, left):
                found = consumer.consume(CHUNK_MESSAGES, 1.0)
                values += [message.value() for message in found if message.error() is None]
        left -= len(values)
        rows += _write(*FORMATS[topic], values, Path(job.folder) / f"{topic}-{left}.parquet")
    consumer.close()
    return rows


def _write(feed_name: str, codec: str, values: list[bytes], path: Path) -> int:
    feed = feed_named(feed_name)
    payloads = pl.Series("payload", values, pl.Binary)
    headers = pl.Series("header", [None], pl.String).new_from_index(0, len(values))
    decoded = feed.codec(codec).decode(payloads, headers, paths_of(feed.columns))
    encode(decoded).write(str(path))
    return decoded.height


if __name__ == "__main__":
    main(run)
