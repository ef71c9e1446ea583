"""What taking a chunk of messages gives, and what a consumer can do; which consumers there are lives elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import polars as pl
from confluent_kafka import KafkaError


class Event(NamedTuple):
    """What came in the place of a message: the end of a partition, or what went wrong."""

    error: KafkaError
    partition: int
    offset: int


class Taken(NamedTuple):
    """How many messages came, each partition among them with its last offset, and the events between them."""

    messages: int
    last_offsets: Iterable[tuple[int, int]] = ()
    events: Sequence[Event] = ()


class Consumer(Protocol):
    """Takes messages of assigned partitions in chunks, and keeps them until they are asked for as frames."""

    def take(self, most: int, seconds: float) -> Taken:
        """At most so many messages and events, or what came in that time."""

    @property
    def size_bytes(self) -> int:
        """The payload bytes kept."""

    def frames(self) -> list[pl.DataFrame]:
        """All messages kept, in pieces (see MESSAGE_SCHEMA); none are kept any more."""

    def commit(self, next_offsets: Mapping[int, int]) -> None:
        """Tells the group how far each partition is, without waiting; KafkaException where that is known to fail."""

    def close(self) -> None:
        """Leaves the brokers."""
