"""The limit: consume, take each value, write the same bytes to Parquet. No offsets, no keys, no times, no commits."""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from confluent_kafka import Consumer, TopicPartition

from benchmarks.landing.measure import report
from resources.kafka.config import CONSUMER
from resources.kafka.reader import CHUNK_MESSAGES

FILE_MESSAGES = 250_000
"""As many as ours puts into one commit."""


def run(bootstrap_servers: str, topic: str, folder: Path, messages: int) -> tuple[int, int]:
    """Takes so many messages of partition 0 into Parquet files; returns messages and bytes."""
    consumer = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": "limit", **CONSUMER})
    consumer.assign([TopicPartition(topic, 0, 0)])
    taken = size = 0
    while taken < messages:
        values: list[bytes] = []
        while len(values) < FILE_MESSAGES and taken + len(values) < messages:
            found = consumer.consume(CHUNK_MESSAGES, 1.0)
            values += [message.value() for message in found if message.error() is None]
        table = pa.table({"payload": pa.array(values, pa.binary())})
        pq.write_table(table, folder / f"{taken}.parquet", **PARQUET)
        taken += len(values)
        size += sum(map(len, values))
    consumer.close()
    return taken, size


PARQUET = {"compression": "zstd", "compression_level": 1, "use_dictionary": False, "write_statistics": False}
"""As ours writes payloads."""

if __name__ == "__main__":
    servers, name, folder, count = sys.argv[1:]
    report(lambda: run(servers, name, Path(folder), int(count)))
