"""The embedded Kafka of the demo: librdkafka's mock cluster in a process of its own. Not for data anyone needs.

`python -m resources.kafka.mock` prints the bootstrap servers and runs until its standard input is closed. The mock
keeps about 5 MB per partition, makes topics of four partitions by itself, and has no topic ids: an epoch, kept as a
topic name, stands for them, so that two mocks are never taken for one.
"""

import sys
import uuid
from collections.abc import Iterable

from confluent_kafka import Producer

from resources.kafka.errors import KafkaUnavailableError

MOCK_CLUSTER_PREFIX = "mockCluster"
"""How librdkafka's mock names its cluster."""

EPOCH_PREFIX = "advertisex-mock-epoch."

ANSWER_SECONDS = 10.0


class MockKafka:
    """A mock cluster inside this process; it ends with the object."""

    def __init__(self) -> None:
        self._client = Producer({"bootstrap.servers": "ignored", "test.mock.num.brokers": 1, "log_level": 0})
        self._client.list_topics(EPOCH_PREFIX + uuid.uuid4().hex, timeout=ANSWER_SECONDS)

    @property
    def bootstrap_servers(self) -> str:
        """Where it listens, on 127.0.0.1."""
        brokers = self._client.list_topics(timeout=ANSWER_SECONDS).brokers.values()
        return ",".join(f"{broker.host}:{broker.port}" for broker in brokers)


def mock_epoch(topics: Iterable[str]) -> str:
    """The epoch of a mock cluster, among the names of its topics."""
    for name in topics:
        if name.startswith(EPOCH_PREFIX):
            return name
    raise KafkaUnavailableError("a mock cluster", "it was not started by `resources.kafka.mock`")


def main() -> None:
    """Runs a mock cluster until standard input ends."""
    kafka = MockKafka()
    print(kafka.bootstrap_servers, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
