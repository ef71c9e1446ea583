"""Progress: how far bronze has each partition, and where the offsets between went; kept in bronze's own marks.

Beside the next offset a partition has marks for its first offset and for the sum of each class of gap, all set in the
commit that brings the rows: offsets = messages + gaps holds in every version of the table.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from resources.kafka import TopicState, mark_name
from resources.lake import CommitConflictError, LakeTable, Marks

EXPIRED = "expired"
"""Deleted by the brokers before we read them."""
ABORTED = "aborted"
"""Messages of aborted transactions."""
MARKER = "marker"
"""Transaction markers and compacted messages: clients hide which."""
GAP_CLASSES = (EXPIRED, ABORTED, MARKER)

FIRST = "first"


@dataclass(frozen=True)
class Advance:
    """One partition's way from `start` to `end`, and its gaps by class."""

    partition: int
    start: int
    end: int
    gaps: Mapping[str, int] = field(default_factory=dict)


class Progress:
    """The marks of one topic as a bronze handle shows them, and the commits that advance them."""

    def __init__(self, bronze: LakeTable, topic: TopicState) -> None:
        self.bronze = bronze
        self._topic = topic
        self.marks = bronze.marks()

    def commit(self, rows: pl.DataFrame, advances: Iterable[Advance]) -> None:
        """Appends rows and advances partitions; CommitConflictError if another writer advanced one of them."""
        versions: dict[str, int] = {}
        for advance in advances:
            versions |= self._versions(advance)
        version = self.bronze.version
        self.bronze.append(rows, Marks(versions))
        # The handle now also shows what others committed in between.
        alone = self.bronze.version == version + 1
        self.marks = {**self.marks, **versions} if alone else self.bronze.marks()

    def _versions(self, advance: Advance) -> dict[str, int]:
        name = mark_name(self._topic.topic_id, advance.partition)
        before = self.marks.get(name)
        if before is not None and before != advance.start - advance.gaps.get(EXPIRED, 0):
            raise CommitConflictError(f"{name} is at {before}; another process landed {advance}.")
        found = {name: advance.end}
        if before is None:
            found[f"{name}/{FIRST}"] = advance.start
        for gap_class, offsets in Counter(advance.gaps).items():
            if offsets:
                counter = f"{name}/{gap_class}"
                found[counter] = self.marks.get(counter, 0) + offsets
        return found
