"""Landing: from where bronze's own marks say to what is committed, in bounded commits of rows and offsets together."""

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

import polars as pl

from advertisex_assets.bronze.kafka.gaps import aborted_offsets, gaps_in
from advertisex_assets.bronze.kafka.progress import ABORTED, EXPIRED, MARKER, Advance, Progress
from advertisex_assets.bronze.kafka.repeats import with_repeats
from advertisex_assets.bronze.kafka.rows import rows_of
from advertisex_assets.bronze.stamp import stamp
from resources.kafka import Batch, Kafka, Slice, SliceGoneError, waiting_slices
from resources.lake import CommitConflictError, Lake
from resources.run import Run
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.errors import AdvertiseXError
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table

ATTEMPTS = 50
"""How often in a row landing may lose a race or find its slice gone before it says so."""


@dataclass(frozen=True)
class Budget:
    """What one run may land, in messages, and what one commit may hold, in messages and payload bytes."""

    run_rows: int
    commit_rows: int = 250_000
    commit_bytes: int = 64 << 20


@dataclass
class KafkaReceipt:
    """What one landing did; `is_caught_up` says whether all that waited when it began is in bronze."""

    feed: str
    topic: str
    topic_id: str = ""
    messages: int = 0
    records: int = 0
    commits: int = 0
    conflicts: int = 0
    gaps: Counter[str] = field(default_factory=Counter)
    next_offsets: dict[int, int] = field(default_factory=dict)
    is_caught_up: bool = False


def land_kafka(
    lake: Lake,
    feed: Feed,
    kafka: Kafka,
    budget: Budget,
    run: Run,
    schemas: SchemaSource = NO_SCHEMAS,
    partitions: Container[int] | None = None,
) -> KafkaReceipt:
    """Lands what waits in the feed's topic (or in some partitions of it), each message exactly once.

    Other processes may land the same topic at the same time. Raises KafkaUnavailableError when brokers do not answer,
    UnknownTopicError, LogTruncatedError; what was committed before stays, and the next landing goes on from there.
    """
    receipt = KafkaReceipt(feed.name, feed.topic)
    failures = 0
    while failures < ATTEMPTS:
        commits = receipt.commits
        try:
            _Landing(lake, feed, kafka, run, schemas, receipt).land(budget, partitions)
        except CommitConflictError:
            receipt.conflicts += 1
        except SliceGoneError:
            pass
        else:
            return receipt
        failures = 0 if receipt.commits > commits else failures + 1
    raise AdvertiseXError(
        f"Landing of topic {feed.topic} met other writers {ATTEMPTS} times in a row. Nothing is lost; run it again "
        "when fewer runs land the same partitions."
    )


class _Landing:
    """One attempt: the topic and bronze's marks as they were at its beginning, and its own commits."""

    def __init__(
        self, lake: Lake, feed: Feed, kafka: Kafka, run: Run, schemas: SchemaSource, receipt: KafkaReceipt
    ) -> None:
        self._feed, self._kafka, self._run, self._schemas = feed, kafka, run, schemas
        self._table = bronze_table(feed)
        self._topic = kafka.describe(feed.topic)
        self._progress = Progress(lake.open(self._table), self._topic)
        self._receipt = receipt
        receipt.topic_id = self._topic.topic_id

    def land(self, budget: Budget, partitions: Container[int] | None) -> None:
        """Reads and commits until the slices or the budget end."""
        receipt = self._receipt
        slices = waiting_slices(self._topic, self._progress.marks, partitions)
        self._note_expired([part for part in slices if part.expired])
        with self._kafka.reader(self._topic, slices) as reader:
            while not reader.is_done and receipt.messages < budget.run_rows:
                starts = reader.next_offsets
                rows = min(budget.commit_rows, budget.run_rows - receipt.messages)
                self._commit(reader.read(rows, budget.commit_bytes), starts)
                reader.show_position(receipt.next_offsets)
            receipt.is_caught_up = reader.is_done and not self._topic.leaderless

    def _note_expired(self, slices: list[Slice]) -> None:
        """Commits the loss of what the brokers deleted before it was read; landing goes on after it."""
        if not slices:
            return
        advances = [
            Advance(part.partition, part.start, part.start, {EXPIRED: part.expired}) for part in slices
        ]
        self._run.step("bronze:kafka:expired")
        self._progress.commit(pl.DataFrame(schema=self._table.schema), advances)
        self._receipt.commits += 1
        self._receipt.gaps[EXPIRED] += sum(part.expired for part in slices)

    def _commit(self, batch: Batch, starts: Mapping[int, int]) -> None:
        """Commits one batch: its rows, its gaps and its offsets, or nothing."""
        advances = self._advances(batch, starts)
        self._run.step("bronze:kafka:read")
        rows = self._rows(batch)
        if self._kafka.topic_id(self._topic.name) != self._topic.topic_id:
            raise SliceGoneError(f"Topic {self._topic.name} was deleted and created again while it was read.")
        self._run.step("bronze:kafka:append")
        self._progress.commit(rows, advances)
        self._run.step("bronze:kafka:appended")
        receipt = self._receipt
        receipt.messages += sum(frame.height for frame in batch.frames)
        receipt.records += rows.height
        receipt.commits += 1
        receipt.next_offsets |= batch.next_offsets
        for advance in advances:
            receipt.gaps.update(advance.gaps)

    def _advances(self, batch: Batch, starts: Mapping[int, int]) -> list[Advance]:
        """The way of each partition that got on, with its gaps by class."""
        gaps = gaps_in(batch.places, starts, batch.next_offsets)
        missing: Counter[int] = Counter()
        for gap in gaps:
            missing[gap.partition] += gap.offsets
        aborted = aborted_offsets(self._kafka, self._topic, gaps)
        return [
            Advance(
                p,
                starts[p],
                end,
                {ABORTED: aborted[p], MARKER: missing[p] - aborted[p]} if missing[p] else {},
            )
            for p, end in batch.next_offsets.items()
        ]

    def _rows(self, batch: Batch) -> pl.DataFrame:
        """The batch as rows of bronze, stamped piece by piece to keep memory low."""
        if not batch.frames:
            return pl.DataFrame(schema=self._table.schema)
        rows = rows_of(self._feed, pl.concat(batch.frames), self._topic.source)
        stamped = stamp(self._feed, rows, self._run.clock(), self._run.run_id, self._schemas)
        return with_repeats(self._progress.bronze, stamped)
