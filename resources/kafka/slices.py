"""Slices: which offsets of a topic are waiting; pure. Asking the brokers and reading messages live beside it."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from resources.kafka.errors import LogTruncatedError


@dataclass(frozen=True)
class PartitionState:
    """Offsets of one partition: the first one kept, and the end of what is committed (last stable offset)."""

    partition: int
    low: int
    stable: int


@dataclass(frozen=True)
class TopicState:
    """A topic at one moment; `topic_id` differs when it was deleted and created again.

    `leaderless` partitions exist, but no broker can say what they hold.
    """

    name: str
    topic_id: str
    partitions: tuple[PartitionState, ...]
    leaderless: tuple[int, ...] = ()

    @property
    def source(self) -> str:
        """What bronze calls this topic's messages."""
        return source_of(self.topic_id)


@dataclass(frozen=True)
class Slice:
    """Offsets [start, end) of one partition; `expired` before `start` were deleted before they could be read."""

    partition: int
    start: int
    end: int
    expired: int = 0


@dataclass(frozen=True)
class Part:
    """One of several parts of a topic's partitions, for runs that land side by side; written `0/4` to `3/4`."""

    number: int = 0
    of: int = 1

    @classmethod
    def parse(cls, text: str | None) -> "Part":
        """What `str` wrote; all partitions without a text."""
        number, of = (text or "0/1").split("/")
        return cls(int(number), int(of))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def __contains__(self, partition: object) -> bool:
        return isinstance(partition, int) and partition % self.of == self.number


def source_of(topic_id: str) -> str:
    """The `source` of bronze rows from the topic with that id."""
    return f"kafka:{topic_id}"


def mark_name(topic_id: str, partition: int) -> str:
    """The Delta application id under which bronze keeps the next offset of a partition."""
    return f"kafka/{topic_id}/{partition}"


def waiting_slices(
    topic: TopicState, marks: Mapping[str, int], partitions: Container[int] | None = None
) -> list[Slice]:
    """What waits in each partition, or in those named, given bronze's marks.

    A partition never read starts at its first kept offset. LogTruncatedError if a partition ends before its mark.
    """
    wanted = [state for state in topic.partitions if partitions is None or state.partition in partitions]
    found = [
        waiting_slice(topic, state, marks.get(mark_name(topic.topic_id, state.partition))) for state in wanted
    ]
    return [part for part in found if part.start < part.end or part.expired]


def waiting_slice(topic: TopicState, state: PartitionState, mark: int | None) -> Slice:
    """What waits in one partition; an empty slice when nothing does."""
    if mark is None:
        return Slice(state.partition, state.low, state.stable)
    if mark > state.stable:
        raise LogTruncatedError(
            f"Topic {topic.name} partition {state.partition} ends at offset {state.stable}, but was landed up to "
            f"{mark}: the brokers lost messages. Bronze still has them. Create the topic again to go on."
        )
    start = max(mark, state.low)
    return Slice(state.partition, start, state.stable, expired=start - mark)
