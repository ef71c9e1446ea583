"""The Spark of these tests reads Delta tables and Kafka topics."""

from typing import Any

import polars as pl
import pytest
from confluent_kafka import Producer
from deltalake import write_deltalake

from tests.real.kafka import Topics

pytestmark = pytest.mark.real


def test_it_reads_delta_tables(spark: Any, tmp_path: Any) -> None:
    write_deltalake(str(tmp_path), pl.DataFrame({"number": [1, 2]}).to_arrow())
    assert sorted(row.number for row in spark.read.format("delta").load(str(tmp_path)).collect()) == [1, 2]


def test_it_reads_kafka_topics(spark: Any, kafka_broker: Topics) -> None:
    kafka_broker.create_topic("for-spark")
    producer = Producer(kafka_broker.client_config)
    producer.produce("for-spark", b"hello")
    producer.flush()
    servers = {"kafka.bootstrap.servers": kafka_broker.bootstrap_servers, "subscribe": "for-spark"}
    assert [bytes(row.value) for row in spark.read.format("kafka").options(**servers).load().collect()] == [b"hello"]
