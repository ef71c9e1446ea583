"""The consumer without a Python object per message. What is read, and when it is enough, lives in `reader`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl
from confluent_kafka import KafkaError, KafkaException

from resources.kafka.config import ClientConfig
from resources.kafka.native.client import NativeClient
from resources.kafka.native.columns import FrameColumns
from resources.kafka.native.library import Library, Message, Sizes
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
        self._filling: FrameColumns | None = None
        self._size_bytes = 0
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
        needed = self._library.measure(pointers, count)
        events = self._events(batch[:count].tolist()) if needed.events else ()
        columns = self._columns(count, needed)
        first = columns.rows
        self._library.take(pointers, count, columns.declared)
        self._size_bytes += needed.payload
        messages = columns.rows - first
        return Taken(messages, columns.last_offsets(first) if messages else (), events)

    @property
    def size_bytes(self) -> int:
        """As `taken.Consumer` says."""
        return self._size_bytes

    def frames(self) -> list[pl.DataFrame]:
        """As `taken.Consumer` says."""
        self._finish()
        frames, self._full, self._size_bytes = self._full, [], 0
        return frames

    def commit(self, next_offsets: Mapping[int, int]) -> None:
        """As `taken.Consumer` says."""
        with self._places(next_offsets) as places:
            _check(self._kafka.rd_kafka_commit(self._client.handle, places, 1))

    def close(self) -> None:
        """As `taken.Consumer` says."""
        self._kafka.rd_kafka_queue_destroy(self._queue)
        self._client.close()

    def _columns(self, rows: int, needed: Sizes) -> FrameColumns:
        """Columns with room for so many rows."""
        if self._filling is None or not self._filling.has_room(rows, needed):
            self._finish()
            self._filling = FrameColumns(memory(), rows, needed)
        return self._filling

    def _finish(self) -> None:
        if self._filling is not None and self._filling.rows:
            self._full.append(self._filling.frame())
        self._filling = None

    def _events(self, pointers: list[int]) -> list[Event]:
        messages = ((pointer, Message.from_address(pointer)) for pointer in pointers)
        return [
            Event(KafkaError(one.error, self._reason(pointer)), one.partition, one.offset)
            for pointer, one in messages
            if one.error
        ]

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
