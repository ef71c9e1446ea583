"""Rewrite: other files in the place of some files of an append-only table: compaction, retention and erasure.

A rewrite says that it changes no data (`dataChange` false): readers of changes do not see it, `delta.appendOnly`
allows it, and nothing is copied into a change feed. delta-rs does not check by itself that the files which such a
commit removes are still there, so every rewrite of a table sets one mark, and of two at once the second one fails.
That is enough where nothing else removes files: in append-only tables. Others are left to delta-rs (`optimise`).
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl
from deltalake.transaction import AddAction, RemoveAction

from resources.lake.encode import ROW_GROUP_ROWS
from resources.lake.files import write_files
from resources.lake.live import LiveFile, live_files, scan_file
from resources.lake.marks import Marks
from resources.lake.table import CommitConflictError, LakeTable
from schemas.errors import ContractError

REWRITE = "upkeep/rewrite"
"""The mark that every rewrite of a table sets."""


def rewrite(
    table: LakeTable,
    files: Sequence[LiveFile],
    make: Callable[[pl.LazyFrame], pl.DataFrame] | None,
    marks: Mapping[str, int] | None = None,
    notes: Mapping[str, str] | None = None,
) -> None:
    """Puts what `make` makes of the files' rows in their place (nothing, without it), and sets marks, in one commit.

    Memory is that of the files' rows. CommitConflictError if another rewrite was first: open again and look again.
    """
    if not table.table.append_only:
        raise ContractError(f"{table.table.full_name} is not append-only: other writers remove its files too.")
    if not set(files) <= set(live_files(table)):
        raise CommitConflictError(f"Files of {table.table.full_name} were rewritten by others before {table.version}.")
    added: list[AddAction] = []
    if make is not None:
        rows = make(pl.concat([scan_file(table, file) for file in files]))
        added = write_files(table, rows, data_change=False, row_group_rows=ROW_GROUP_ROWS)
    versions = {REWRITE: table.version + 1, **(marks or {})}
    table.commit_files([*added, *removed(files)], Marks(versions, notes or {}))


def removed(files: Iterable[LiveFile], data_change: bool = False) -> list[RemoveAction]:
    """What removes live files of a table."""
    now_ms = int(time.time() * 1000)
    return [RemoveAction(f.path, data_change, now_ms, f.size_bytes, dict(f.partition)) for f in files]
