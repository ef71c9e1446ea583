"""The consumer without a Python object per message. What is read, and when it is enough, lives in `reader`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl
from confluent_kafka import KafkaError, KafkaException
from numpy.typing import NDArray

from resources.kafka.config import ClientConfig
from resources.kafka.native.client import NativeClient
from resources.kafka.native.columns import FrameColumns, Sizes
from resources.kafka.native.library import Library, Message
from resources.kafka.native.memory import memory
from resources.kafka.problems import Problems
from resources.kafka.taken import Event, Taken


class NativeConsumer:
    """A `taken.Consumer` of the partitions of one topic, from the offsets given."""

    def __init__(
        self, library: Library, config: ClientConfig, problems: Problems, topic: str, starts: Mapping[int, int]
    ) -> None:
        self._library, self._kafka = library, library.kafka
        self._topic = topic.encode()
        self._full: list[pl.DataFrame] = []
        self._full_bytes = 0
        self._filling = FrameColumns(memory(), Sizes())
        self._client = NativeClient(library, config, problems)
        self._queue = self._kafka.rd_kafka_queue_get_consumer(self._client.handle)
        with self._places(starts) as places:
            _check(self._kafka.rd_kafka_assign(self._client.handle, places))

    def take(self, most: int, seconds: float) -> Taken:
        """As `taken.Consumer` says."""
        batch = np.empty(most, np.uintp)
        pointers = batch.ctypes.data
        count = self._kafka.rd_kafka_consume_batch_queue(self._queue, round(seconds * 1000), pointers, most)
        if count <= 0:
            _check(self._kafka.rd_kafka_last_error() if count else 0)
            return Taken(0)
        return self._taken(batch[:count])

    def _taken(self, batch: NDArray[np.uintp]) -> Taken:
        """Takes all of the batch."""
        last_offsets: dict[int, int] = {}
        events: list[Event] = []
        done = 0
        while done < len(batch):
            first, left = self._filling.rows, batch[done:]
            taken = self._library.take(left.ctypes.data, len(left), self._filling.declared)
            if taken:
                last_offsets.update(self._filling.last_offsets(first))
            done += taken
            if taken < len(left):
                done += self._pass(int(left[taken]), events)
        return Taken(len(batch) - len(events), last_offsets.items(), events)

    def _pass(self, pointer: int, events: list[Event]) -> int:
        """Deals with what was not taken: 1 for an event, which is noted; 0 for a message, which now has room."""
        one = Message.from_address(pointer)
        if one.error:
            events.append(Event(KafkaError(one.error, self._reason(pointer)), one.partition, one.offset))
            self._kafka.rd_kafka_message_destroy(pointer)
            return 1
        self._finish(Sizes(one.payload_bytes, one.key_bytes, self._library.headers_bytes(pointer)))
        return 0

    @property
    def size_bytes(self) -> int:
        """As `taken.Consumer` says."""
        return self._full_bytes + self._filling.size_bytes

    def frames(self) -> list[pl.DataFrame]:
        """As `taken.Consumer` says."""
        self._finish(Sizes())
        frames, self._full, self._full_bytes = self._full, [], 0
        return frames

    def commit(self, next_offsets: Mapping[int, int]) -> None:
        """As `taken.Consumer` says."""
        with self._places(next_offsets) as places:
            _check(self._kafka.rd_kafka_commit(self._client.handle, places, 1))

    def close(self) -> None:
        """As `taken.Consumer` says."""
        self._kafka.rd_kafka_queue_destroy(self._queue)
        self._client.close()

    def _finish(self, first: Sizes) -> None:
        """Begins a frame with room for such a message."""
        if self._filling.rows:
            self._full_bytes += self._filling.size_bytes
            self._full.append(self._filling.frame())
        self._filling = FrameColumns(memory(), first)

    def _reason(self, pointer: int) -> str:
        return (self._kafka.rd_kafka_message_errstr(pointer) or b"").decode(errors="replace")

    @contextmanager
    def _places(self, offsets: Mapping[int, int]) -> Iterator[Any]:
        """The topic's partitions with their offsets, as librdkafka's functions take them."""
        places = self._kafka.rd_kafka_topic_partition_list_new(len(offsets))
        try:
            for partition, offset in offsets.items():
                self._kafka.rd_kafka_topic_partition_list_add(places, self._topic, partition)
                self._kafka.rd_kafka_topic_partition_list_set_offset(places, self._topic, partition, offset)
            yield places
        finally:
            self._kafka.rd_kafka_topic_partition_list_destroy(places)


def _check(code: int) -> None:
    if code:
        raise KafkaException(KafkaError(code))
