"""The limit: consume, take each value, write the same bytes to Parquet. No offsets, no keys, no times, no commits."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from confluent_kafka import Consumer, TopicPartition

from benchmarks.landing.measure import Job, Landed, main, measured
from resources.kafka.config import CONSUMER
from resources.kafka.reader import CHUNK_MESSAGES

FILE_MESSAGES = 250_000
"""As many as ours puts into one commit."""

PARQUET = {"compression": "zstd", "compression_level": 1, "use_dictionary": False, "write_statistics": False}
"""As ours writes payloads."""


def land(job: Job) -> Landed:
    """Takes the messages of partition 0 into Parquet files."""
    return measured(job, _take, _counted)


def _counted(folder: Path) -> tuple[int, str]:
    return sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet")), ""


def _take(job: Job, folder: Path) -> None:
    consumer = Consumer({"bootstrap.servers": job.bootstrap_servers, "group.id": "limit", **CONSUMER})
    consumer.assign([TopicPartition(job.topic, 0, 0)])
    taken = 0
    while taken < job.messages:
        values: list[bytes] = []
        while len(values) < FILE_MESSAGES and taken + len(values) < job.messages:
            found = consumer.consume(CHUNK_MESSAGES, 1.0)
            values += [message.value() for message in found if message.error() is None]
        table = pa.table({"payload": pa.array(values, pa.binary())})
        pq.write_table(table, folder / f"{taken}.parquet", **PARQUET)
        taken += len(values)
    consumer.close()


if __name__ == "__main__":
    main(land)
