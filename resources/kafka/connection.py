"""A connection to a Kafka cluster: what its topics hold now, and readers for them."""

import time
from collections.abc import Hashable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import cached_property
from typing import Any

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicCollection, TopicPartition, Uuid
from confluent_kafka.admin import AdminClient, OffsetSpec, TopicMetadata

from resources.kafka.config import ClientConfig, client_config, consumer_config
from resources.kafka.errors import UnknownTopicError
from resources.kafka.mock import MOCK_CLUSTER_PREFIX, mock_epoch
from resources.kafka.problems import Problems
from resources.kafka.reader import SliceReader
from resources.kafka.slices import PartitionState, Slice, TopicState
from resources.settings import Settings

ANSWER_SECONDS = 10.0
"""How long a broker may take to answer a question about offsets: a leader election takes a few seconds."""

GLANCE_SECONDS = 0.1
"""How often a wait looks whether a permanent problem has been reported."""
NO_LEADER = (KafkaError.LEADER_NOT_AVAILABLE, KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError._NOENT)
"""What is said of a partition while its leader is elected, or when all its replicas are down."""

_SHARED: "dict[tuple[Hashable, ...], Kafka]" = {}


class Kafka:
    """One cluster, asked through one client that is kept open.

    `answer_seconds` bounds every question. Raises KafkaUnavailableError, KafkaAuthenticationError or KafkaTlsError.
    """

    def __init__(self, client: ClientConfig, group: str, answer_seconds: float = ANSWER_SECONDS) -> None:
        self.client = client
        self.group = group
        self.servers = str(client["bootstrap.servers"])
        self._answer_seconds = answer_seconds
        self._problems = Problems(client)

    @classmethod
    def from_settings(cls, settings: Settings, answer_seconds: float = ANSWER_SECONDS) -> "Kafka":
        """The cluster that the settings name."""
        return cls(client_config(settings), settings.kafka_group, answer_seconds)

    @classmethod
    def shared(cls, settings: Settings, answer_seconds: float = ANSWER_SECONDS) -> "Kafka":
        """The same, kept open for the rest of the process: for sensors, which ask every few seconds."""
        found = cls.from_settings(settings, answer_seconds)
        return _SHARED.setdefault((frozenset(found.client.items()), found.group, answer_seconds), found)

    def describe(self, topic: str) -> TopicState:
        """The topic's id, and each partition's first and last stable offset; UnknownTopicError without it."""
        topic_id, partitions = self._identity(topic)
        low = self._offsets(topic, partitions, OffsetSpec.earliest())
        stable = self._offsets(topic, list(low), OffsetSpec.latest())
        states = tuple(PartitionState(partition, low[partition], stable[partition]) for partition in stable)
        return TopicState(topic, topic_id, states, tuple(p for p in partitions if p not in stable))

    def topic_id(self, topic: str) -> str:
        """The id of the topic that now has that name."""
        return self._identity(topic)[0]

    def reader(self, topic: TopicState, slices: Sequence[Slice]) -> SliceReader:
        """A reader of the slices; close it."""
        return SliceReader(consumer_config(self.client, self.group), topic, slices)

    def uncommitted_reader(self, topic: TopicState, slices: Sequence[Slice]) -> SliceReader:
        """A reader that also gives the messages of aborted transactions; close it."""
        config = consumer_config(self.client, self.group) | {"isolation.level": "read_uncommitted"}
        return SliceReader(config, topic, slices)

    def _identity(self, topic: str) -> tuple[str, list[int]]:
        if self._mock_epoch is not None:
            return self._mock_epoch, sorted(self._listed(topic)[topic].partitions)
        try:
            described = self._described(topic)
        except KafkaException as exception:
            if exception.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise UnknownTopicError(topic, self.servers) from None
            raise self._problems.of_exception(exception) from exception
        return _readable(described.topic_id), sorted(partition.id for partition in described.partitions)

    def _described(self, topic: str) -> Any:
        """What the brokers say of a topic, told to a new client if the old one waits for a dead controller."""
        try:
            return self._ask_about(topic)
        except KafkaException as exception:
            if exception.args[0].code() != KafkaError._TIMED_OUT:
                raise
            # librdkafka 2.16 does not look for another controller by itself (tried: the next ten questions waited too).
            vars(self).pop("_admin", None)
            return self._ask_about(topic)

    def _ask_about(self, topic: str) -> Any:
        asked = TopicCollection([topic])
        return self._wait(self._admin.describe_topics(asked, request_timeout=self._answer_seconds)[topic])

    def _offsets(self, topic: str, partitions: list[int], spec: OffsetSpec) -> dict[int, int]:
        """One offset of each partition, as readers of committed messages see it; without those that have no leader."""
        found: dict[int, int] = {}
        deadline = time.monotonic() + self._answer_seconds
        while missing := [partition for partition in partitions if partition not in found]:
            found |= self._ask_for_offsets({TopicPartition(topic, partition): spec for partition in missing})
            if time.monotonic() > deadline:
                break
            if len(found) < len(partitions):
                time.sleep(GLANCE_SECONDS)  # an election is short
        return dict(sorted(found.items()))

    def _ask_for_offsets(self, asked: dict[TopicPartition, OffsetSpec]) -> dict[int, int]:
        found = {}
        answers = self._admin.list_offsets(
            asked, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=self._answer_seconds
        )
        for place, answer in answers.items():
            try:
                found[place.partition] = self._wait(answer).offset
            except KafkaException as exception:
                if exception.args[0].code() not in NO_LEADER:
                    raise self._problems.of_exception(exception) from exception
        return found

    @cached_property
    def _admin(self) -> AdminClient:
        """A client that has been answered at least once."""
        admin = AdminClient({**self.client, **self._problems.callbacks})
        deadline = time.monotonic() + self._answer_seconds
        while not _cluster_id(admin):
            admin.poll(0)
            if self._problems.is_permanent or time.monotonic() > deadline:
                raise self._problems.as_error(f"no answer within {self._answer_seconds:g} s")
        return admin

    @cached_property
    def _mock_epoch(self) -> str | None:
        """What stands for the topic ids that librdkafka's mock cluster does not have; None for a real cluster."""
        is_mock = (_cluster_id(self._admin) or "").startswith(MOCK_CLUSTER_PREFIX)
        return mock_epoch(self._listed()) if is_mock else None

    def _listed(self, topic: str | None = None) -> dict[str, TopicMetadata]:
        """What the brokers say of that topic, or of all."""
        try:
            listed = self._admin.list_topics(topic, timeout=self._answer_seconds)
        except KafkaException as exception:
            raise self._problems.of_exception(exception) from exception
        return listed.topics  # type: ignore[no-any-return]

    def _wait(self, answer: "Future[Any]") -> Any:
        """The answer, or the reason why there is none."""
        deadline = time.monotonic() + 2 * self._answer_seconds
        while True:
            try:
                found = answer.result(GLANCE_SECONDS)
            except FutureTimeoutError:
                self._admin.poll(0)
                if self._problems.is_permanent or time.monotonic() > deadline:
                    raise self._problems.as_error("no answer") from None
            else:
                self._problems.forget()
                return found


def _cluster_id(admin: AdminClient) -> str | None:
    """The cluster's id, which a client asks for once; None when there was no answer."""
    try:
        return admin.cluster_id(timeout=GLANCE_SECONDS)
    except KafkaException:
        return None


def _readable(topic_id: Uuid) -> str:
    """A topic id as Kafka's own tools show it, without slashes."""
    return str(topic_id).replace("+", "-").replace("/", "_")
