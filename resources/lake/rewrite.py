"""Rewrite: other files in the place of some files of an append-only table: compaction, retention and erasure.

A rewrite says that it changes no data (`dataChange` false): readers of changes do not see it, `delta.appendOnly`
allows it, and nothing is copied into a change feed. delta-rs does not check by itself that the files which such a
commit removes are still there, so every rewrite of a table sets one mark, and of two at once the second one fails.
That is enough where nothing else removes files: in append-only tables. Others are left to delta-rs (`optimise`).
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl
from deltalake.transaction import AddAction, RemoveAction

from resources.lake.encode import ROW_GROUP_ROWS
from resources.lake.files import write_files
from resources.lake.marks import Marks
from resources.lake.table import CommitConflictError, LakeTable
from schemas.errors import ContractError

REWRITE = "upkeep/rewrite"
"""The mark that every rewrite of a table sets."""

PARTITION = "partition."
"""What delta-rs puts before the names of partition columns."""


@dataclass(frozen=True)
class LiveFile:
    """One file of a table's version; `partition` has the values as the log writes them."""

    path: str
    size_bytes: int
    rows: int
    written_at: datetime
    partition: tuple[tuple[str, str | None], ...]

    @property
    def day(self) -> date | None:
        """The daily partition; None where the table has none."""
        return date.fromisoformat(self.partition[-1][1] or "") if self.partition else None


def live_files(table: LakeTable) -> list[LiveFile]:
    """The files of the handle's version, from the log alone, oldest first."""
    added = pl.DataFrame(table.delta.get_add_actions(flatten=True))
    names = table.table.partition_by
    files = [
        LiveFile(
            row["path"],
            row["size_bytes"],
            row["num_records"] or 0,
            datetime.fromtimestamp(row["modification_time"] / 1000, UTC),
            tuple((name, _text(row[PARTITION + name])) for name in names),
        )
        for row in added.iter_rows(named=True)
    ]
    return sorted(files, key=lambda file: (file.written_at, file.path))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def scan_file(table: LakeTable, file: LiveFile) -> pl.LazyFrame:
    """The rows of one file as the table shows them: partition values from the log, columns declared later as nulls."""
    uri = f"{table.delta.table_uri.rstrip('/')}/{file.path}"
    rows = pl.scan_parquet(uri, storage_options=dict(table.storage_options), hive_partitioning=False)
    stored, values = rows.collect_schema(), dict(file.partition)
    return rows.select(
        _column(name, dtype, stored, values).cast(dtype).alias(name)
        for name, dtype in table.table.schema.items()
    )


def _column(name: str, dtype: pl.DataType, stored: pl.Schema, values: Mapping[str, str | None]) -> pl.Expr:
    if name not in values:
        return pl.col(name) if name in stored else pl.lit(None)
    text = values[name]
    return pl.lit(date.fromisoformat(text) if text is not None and dtype == pl.Date else text)


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
        added = write_files(table.delta, table.table, rows, data_change=False, row_group_rows=ROW_GROUP_ROWS)
    versions = {REWRITE: table.version + 1, **(marks or {})}
    table.commit_files([*added, *_removed(files)], Marks(versions, notes or {}))


def _removed(files: Iterable[LiveFile]) -> list[RemoveAction]:
    now_ms = int(time.time() * 1000)
    return [RemoveAction(f.path, False, now_ms, f.size_bytes, dict(f.partition)) for f in files]
