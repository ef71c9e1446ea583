"""The consumer that works everywhere: a Python object per message, by the client."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from confluent_kafka import Consumer, Message, TopicPartition

from resources.kafka.config import ClientConfig
from resources.kafka.messages import MessageColumns
from resources.kafka.problems import Problems
from resources.kafka.taken import Event, Taken


class ObjectConsumer:
    """A `taken.Consumer` of the partitions of one topic, from the offsets given."""

    def __init__(self, config: ClientConfig, problems: Problems, topic: str, starts: Mapping[int, int]) -> None:
        self._consumer = Consumer({**config, **problems.callbacks})
        self._topic = topic
        self._columns = MessageColumns()
        self._consumer.assign(self._places(starts))

    def take(self, most: int, seconds: float) -> Taken:
        """As `taken.Consumer` says."""
        found = self._consumer.consume(most, seconds)
        messages, events = found, []
        if any(map(Message.error, found)):
            messages = [message for message in found if message.error() is None]
            events = [_event(message) for message in found if message.error() is not None]
        return Taken(len(messages), self._columns.add(messages) if messages else (), events)

    @property
    def size_bytes(self) -> int:
        """As `taken.Consumer` says."""
        return self._columns.size_bytes

    def frames(self) -> list[pl.DataFrame]:
        """As `taken.Consumer` says."""
        columns, self._columns = self._columns, MessageColumns()
        return columns.frames()

    def commit(self, next_offsets: Mapping[int, int]) -> None:
        """As `taken.Consumer` says."""
        self._consumer.commit(offsets=self._places(next_offsets), asynchronous=True)

    def close(self) -> None:
        """As `taken.Consumer` says."""
        self._consumer.close()

    def _places(self, offsets: Mapping[int, int]) -> list[TopicPartition]:
        return [TopicPartition(self._topic, partition, offset) for partition, offset in offsets.items()]


def _event(message: Any) -> Event:
    return Event(message.error(), message.partition(), message.offset())
