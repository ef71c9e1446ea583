"""`advertisex produce`, killed by SIGKILL while it sends and run again, counts once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from schemas.discover import feed_named
from tests.real.kafka import Kafka
from tests.real.requirements import REPOSITORY
from tests.streaming.produced import avro, counts, land, silver
from tests.streaming.setting import Stream

pytestmark = pytest.mark.real

SECONDS = 60


def test_killed_half_way_and_run_again_counts_once(fresh_kafka_broker: Kafka, tmp_path: Path) -> None:
    """Nothing was saved yet: the second run sends everything again, and the third knows that it did."""
    feed = feed_named("bid_requests")
    fresh_kafka_broker.create_topic(feed.topic, partitions=2)
    (tmp_path / "a.avro").write_bytes(avro(2_000))
    first = command(tmp_path, fresh_kafka_broker, "--rate", "500")
    wait_for_messages(fresh_kafka_broker, feed.topic, 300)
    first.send_signal(signal.SIGKILL)
    first.wait()
    halfway = messages(fresh_kafka_broker, feed.topic)
    assert halfway < 2_000
    again = command(tmp_path, fresh_kafka_broker)
    assert (again.wait(SECONDS), json.loads(again.communicate()[0])[0]["sent"]) == (0, 2_000)
    twice = command(tmp_path, fresh_kafka_broker)
    assert json.loads(twice.communicate(timeout=SECONDS)[0])[0]["sent_before"] == 2_000
    stream = Stream(fresh_kafka_broker, tmp_path, feed, feed.topic)
    land(stream)
    found = counts(stream)
    assert (silver(stream), found["excluded"]) == (2_000, stream.rows().height - 2_000)
    assert found["excluded"] >= 300


def command(folder: Path, broker: Kafka, *options: str) -> "subprocess.Popen[bytes]":
    run = [sys.executable, "-c", "from advertisex_assets.cli.main import main; main()"]
    run += ["produce", "bid_requests", str(folder / "a.avro"), "--format", "json", *options]
    settings = {"LAKE": str(folder / "lake"), "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers}
    named = {f"ADVERTISEX_{name}": value for name, value in settings.items()}
    return subprocess.Popen(run, cwd=REPOSITORY, env=os.environ | named, stdout=subprocess.PIPE)


def messages(broker: Kafka, topic: str) -> int:
    consumer = Consumer({**broker.client_config, "group.id": "count"})
    ends = [consumer.get_watermark_offsets(TopicPartition(topic, partition), SECONDS)[1] for partition in (0, 1)]
    consumer.close()
    return sum(ends)


def wait_for_messages(broker: Kafka, topic: str, count: int) -> None:
    deadline = time.monotonic() + SECONDS
    while messages(broker, topic) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)
