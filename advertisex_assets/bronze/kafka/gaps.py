"""Gaps: offsets that gave no message, and how many of them hold messages of aborted transactions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from resources.kafka import Kafka, Slice, TopicState

READ_ROWS = 100_000
READ_BYTES = 16 << 20
"""How much is held at once while looking for aborted messages."""


@dataclass(frozen=True)
class Gap:
    """Offsets [start, end) of one partition that gave no message."""

    partition: int
    start: int
    end: int

    @property
    def offsets(self) -> int:
        """How many there are."""
        return self.end - self.start


def gaps_in(places: pl.DataFrame, starts: Mapping[int, int], ends: Mapping[int, int]) -> list[Gap]:
    """The gaps between the messages' `partition` and `offset`, within [start, end) of each partition in `ends`."""
    counts = dict(places.group_by("partition").len().iter_rows())
    torn = [p for p, end in ends.items() if counts.get(p, 0) != end - starts[p]]
    offsets = {p: places.filter(pl.col("partition") == p)["offset"] for p in torn}
    return [gap for p in torn for gap in _gaps_of(p, offsets[p], starts[p], ends[p])]


def _gaps_of(partition: int, offsets: pl.Series, start: int, end: int) -> list[Gap]:
    here = offsets.sort().to_list()
    between = zip([start, *(offset + 1 for offset in here)], [*here, end], strict=True)
    return [Gap(partition, first, stop) for first, stop in between if first < stop]


def aborted_offsets(kafka: Kafka, topic: TopicState, gaps: Sequence[Gap]) -> Counter[int]:
    """How many of the gaps' offsets hold messages, by partition: only reading uncommitted shows them."""
    found: Counter[int] = Counter()
    if not gaps:
        return found
    hidden = pl.DataFrame([(gap.partition, gap.start, gap.end) for gap in gaps], schema=_HIDDEN, orient="row")
    with kafka.uncommitted_reader(topic, _spans(gaps)) as reader:
        while not reader.is_done:
            for frame in reader.read(READ_ROWS, READ_BYTES).frames:
                found.update(dict(_count_within(frame, hidden).iter_rows()))
    return found


_HIDDEN = {"partition": pl.Int64(), "start": pl.Int64(), "end": pl.Int64()}


def _spans(gaps: Sequence[Gap]) -> list[Slice]:
    """From the first gap of each partition to its last."""
    partitions = dict.fromkeys(gap.partition for gap in gaps)
    of = {p: [gap for gap in gaps if gap.partition == p] for p in partitions}
    return [Slice(p, of[p][0].start, of[p][-1].end) for p in partitions]


def _count_within(frame: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """partition, number of offsets that lie in a gap."""
    places, starts = frame.select("partition", "offset").sort("offset"), hidden.sort("start")
    order = {"left_on": "offset", "right_on": "start", "by": "partition"}
    near = places.join_asof(starts, **order, check_sortedness=False)
    return near.filter(pl.col("offset") < pl.col("end")).group_by("partition").len()
