"""Take: files that others have written into a table's folder (`files.write_files`) become part of it.

So who writes the rows, on whichever machine, and who commits them are two: there is one committer for all engines.
"""

import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from deltalake.transaction import AddAction, RemoveAction

from resources.lake.again import commit_while
from resources.lake.files import write_files
from resources.lake.marks import Marks
from resources.lake.place import Located
from resources.lake.table import LakeTable

Partitions = Mapping[str, Collection[str]]
"""Some partitions of a table: the values of each column, as the log writes them."""


@dataclass(frozen=True)
class NewFile:
    """A file in a table's folder that is no part of the table yet; a value that can be sent to the committer."""

    action: AddAction

    @property
    def path(self) -> str:
        """Below the table's folder."""
        return self.action.path

    @property
    def partition(self) -> tuple[tuple[str, str | None], ...]:
        """The values as the log writes them."""
        return tuple(self.action.partition_values.items())

    @property
    def day(self) -> date:
        """The daily partition."""
        return date.fromisoformat(self.partition[-1][1] or "")

    @property
    def rows(self) -> int:
        """How many."""
        return int(json.loads(self.action.stats)["numRecords"])


def put_files(into: Located, rows: pl.DataFrame) -> list[NewFile]:
    """Puts rows, which are as the table declares them, into files of its folder, one for each partition."""
    return [NewFile(action) for action in write_files(into, rows)] if rows.height else []


def take(table: LakeTable, files: Sequence[NewFile], marks: Marks) -> None:
    """Adds files and sets marks, in one commit."""
    conform(table)
    table.commit_files([file.action for file in files], marks)


def take_instead(table: LakeTable, files: Sequence[NewFile], gone: Partitions, marks: Marks) -> None:
    """Puts files in the place of all that are in some partitions and sets marks, in one commit.

    CommitConflictError if another writer set one of the marks or changed the partitions meanwhile. That is looked at
    here: delta-rs would not notice that upkeep has merged the files which are to go, and would keep their rows.
    """
    conform(table)
    added = [file.action for file in files]
    before, progress = _files_in(table, gone), table.progress(marks)

    def is_unchanged() -> bool:
        return _files_in(table, gone).keys() == before.keys() and table.progress(marks) == progress

    commit_while(is_unchanged, table, lambda: [*added, *before.values()], marks)


def conform(table: LakeTable) -> None:
    """Adds the columns that were declared after the last write."""
    if {field.name for field in table.delta.schema().fields} != set(table.table.schema):
        table.append([], Marks())


def _files_in(table: LakeTable, partitions: Partitions) -> dict[str, RemoveAction]:
    """What would remove the files of some partitions, by their paths."""
    files = pl.DataFrame(table.delta.get_add_actions(flatten=True))
    if files.is_empty():
        return {}
    values = {name: pl.col(f"partition.{name}").cast(pl.String).alias(name) for name in partitions}
    there = files.filter(*(values[name].is_in(list(wanted)) for name, wanted in partitions.items()))
    parts = there.select(*values.values()).rows(named=True)
    now_ms = int(time.time() * 1000)
    found = zip(there["path"], there["size_bytes"], parts, strict=True)
    return {path: RemoveAction(path, True, now_ms, size, values) for path, size, values in found}
