"""Sent: how far each file was produced, kept in `ops.produced`: rows for people, marks to go on from."""

from typing import Any

import polars as pl

from resources.files import SourceFile
from resources.kafka import TopicState
from resources.lake import CommitConflictError, Lake, Marks
from resources.run import Run
from schemas.errors import AdvertiseXError
from schemas.feed import Feed
from schemas.tables.ops import PRODUCED

ATTEMPTS = 20
"""How often saving is repeated when others who produce commit first."""


class Sent:
    """What the brokers acknowledged of each file, by topic id: a topic that was made anew has nothing of it."""

    def __init__(self, lake: Lake, feed: Feed, topic: TopicState, run: Run) -> None:
        self._lake, self._feed, self._topic, self._run = lake, feed, topic, run
        self._table = lake.open(PRODUCED)
        self._marks = self._table.marks()
        self._rows: list[dict[str, Any]] = []
        self._unsaved: dict[str, int] = {}

    def records(self, sha256: str) -> int:
        """How many records of that content were sent, from its first one on."""
        name = self._mark(sha256)
        return max(self._marks.get(name, 0), self._unsaved.get(name, 0))

    def note(self, file: SourceFile, sha256: str, first: int, end: int) -> None:
        """Remembers that the records [first, end) are with the brokers; `save` makes it last."""
        if first >= end:
            return
        self._unsaved[self._mark(sha256)] = end
        self._rows.append(
            {
                "feed": self._feed.name,
                "topic": self._topic.name,
                "topic_id": self._topic.topic_id,
                "path": file.path,
                "sha256": sha256,
                "first_record": first,
                "records": end - first,
                "produced_at": self._run.clock(),
                "run_id": self._run.run_id,
            }
        )

    def save(self) -> None:
        """Commits what was noted. Others may produce the same files: who is further counts."""
        if not self._rows:
            return
        self._run.step("ops:produced")
        for _ in range(ATTEMPTS):
            furthest = {name: max(end, self._marks.get(name, 0)) for name, end in self._unsaved.items()}
            try:
                self._table.append(pl.DataFrame(self._rows, schema=PRODUCED.schema), Marks(furthest))
            except CommitConflictError:
                self._table = self._lake.open(PRODUCED)
                self._marks = self._table.marks()
                continue
            self._marks |= furthest
            self._rows, self._unsaved = [], {}
            return
        raise AdvertiseXError(
            f"ops.produced lost {ATTEMPTS} races against others who produce. Nothing is lost or doubled: run it again."
        )

    def _mark(self, sha256: str) -> str:
        return f"{self._topic.topic_id}/{sha256}"
