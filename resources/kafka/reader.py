"""Reads bounded slices of one topic, all partitions at once; what is done with them lives elsewhere."""

import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

import polars as pl
from confluent_kafka import KafkaError, KafkaException

from resources.kafka.config import ClientConfig
from resources.kafka.errors import SliceGoneError
from resources.kafka.native.consumer import NativeConsumer
from resources.kafka.native.library import library
from resources.kafka.objects import ObjectConsumer
from resources.kafka.problems import LOGGER, Problems
from resources.kafka.slices import Slice, TopicState
from resources.kafka.taken import Consumer, Event, Taken

CHUNK_MESSAGES = 500
"""Messages taken at once: few enough to stay in the processor's cache (10,000 cost twice as much per message)."""

CHUNK_BYTES = 16 << 20
"""About how much is taken at once when messages are large."""

LARGEST_FIRST_BYTES = 1 << 20
"""How large messages are taken to be before one was seen: brokers accept a megabyte unless set otherwise."""

CHUNK_SECONDS = 0.05
"""How long a chunk may take to fill: what arrives in that time from a fast broker still fits in memory."""

STALL_SECONDS = 60.0
"""Without a message for this long the brokers are taken for dead: longer than an election or a broker's restart."""

GONE = (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE, KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_PARTITION, KafkaError._UNKNOWN_TOPIC, KafkaError.UNKNOWN_TOPIC_ID)  # fmt: skip
"""Errors that say that the offsets asked for are not there."""


@dataclass(frozen=True)
class Batch:
    """Messages of one read, in pieces (see MESSAGE_SCHEMA), and the next offset of every partition that got on."""

    frames: Sequence[pl.DataFrame]
    next_offsets: Mapping[int, int]

    @property
    def places(self) -> pl.DataFrame:
        """Partition and offset of each message."""
        parts = [frame.select("partition", "offset") for frame in self.frames]
        return pl.concat([pl.DataFrame(schema={"partition": pl.Int64, "offset": pl.Int64}), *parts])


class SliceReader:
    """Reads the slices to their ends in batches; close it, or use it in a `with`.

    What was committed after the slices were planned may come along: every message is a committed one.
    """

    def __init__(
        self,
        config: ClientConfig,
        topic: TopicState,
        slices: Sequence[Slice],
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._problems = Problems(config)
        self._topic = topic
        self._stall_seconds = stall_seconds
        self._next = {part.partition: part.start for part in slices}
        self._ends = {part.partition: part.end for part in slices}
        self._unread = {part.partition for part in slices if part.start < part.end}
        self._message_bytes = LARGEST_FIRST_BYTES
        """About how large messages are, so that a chunk of large ones stays small."""
        self._consumer = consumer_of(config, self._problems, topic.name, self._next)

    def __enter__(self) -> "SliceReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    @property
    def next_offsets(self) -> dict[int, int]:
        """Where the next read of each partition begins."""
        return dict(self._next)

    @property
    def is_done(self) -> bool:
        """Whether every slice was read to its end."""
        return not self._unread

    def read(self, max_rows: int, max_bytes: int) -> Batch:
        """The next messages: at most `max_rows`, about `max_bytes`, or all that the slices still hold.

        SliceGoneError when they are not there any more; KafkaUnavailableError after a stall.
        """
        rows, before, heard = 0, self.next_offsets, time.monotonic()
        with paused_garbage_collection():
            while self._unread and rows < max_rows and self._consumer.size_bytes < max_bytes:
                taken = self._take(max_rows - rows, max_bytes - self._consumer.size_bytes)
                rows += taken.messages
                if taken.messages or taken.events:
                    heard = time.monotonic()
                elif self._problems.is_permanent or time.monotonic() - heard > self._stall_seconds:
                    raise self._problems.as_error(f"no message for {self._stall_seconds:g} s")
            frames = self._consumer.frames()
        moved = {partition: at for partition, at in self._next.items() if at != before[partition]}
        return Batch(frames, moved)

    def _take(self, rows: int, size_bytes: int) -> Taken:
        """Takes a chunk; ends of partitions are noted, errors raised."""
        room, size = min(CHUNK_BYTES, size_bytes) // self._message_bytes, self._consumer.size_bytes
        taken = self._consumer.take(max(1, min(CHUNK_MESSAGES, room, rows)), CHUNK_SECONDS)
        for event in taken.events:
            self._note(event)
        for partition, last in taken.last_offsets:
            self._advance(partition, last + 1)
        if taken.messages:
            mean_bytes = (self._consumer.size_bytes - size) // taken.messages
            self._message_bytes = max(1, mean_bytes, self._message_bytes // 2)
        return taken

    def _advance(self, partition: int, at: int) -> None:
        self._next[partition] = max(self._next[partition], at)
        if self._next[partition] >= self._ends[partition]:
            self._unread.discard(partition)

    def _note(self, event: Event) -> None:
        error = event.error
        if error.code() == KafkaError._PARTITION_EOF:
            self._advance(event.partition, event.offset)
        elif error.code() in GONE:
            raise SliceGoneError(f"Topic {self._topic.name} lost what was to be read: {error.str()}.")
        elif not error.retriable():
            raise self._problems.of_exception(KafkaException(error))
        else:
            LOGGER.info("Kafka will be asked again: %s", error)

    def show_position(self, next_offsets: Mapping[int, int]) -> None:
        """Tells the consumer group how far bronze is, for lag tools; a failure is of no consequence."""
        try:
            self._consumer.commit(next_offsets)
        except KafkaException as exception:
            LOGGER.info("The group's position was not updated: %s", exception)


def consumer_of(config: ClientConfig, problems: Problems, topic: str, starts: Mapping[int, int]) -> Consumer:
    """The cheaper of the two consumers, if its libraries can be loaded."""
    loaded = library()
    if loaded is None:
        return ObjectConsumer(config, problems, topic, starts)
    return NativeConsumer(loaded, config, problems, topic, starts)


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Messages are made by the million and form no cycles: looking for some took a tenth of landing's time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
