"""One Delta table, read and written through one handle: what it has seen and what it may commit never drift apart."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, RemoveAction

from resources.lake.additions import Additions, scan_files_between
from resources.lake.dates import rows_by_date, rows_by_folder
from resources.lake.encode import cut
from resources.lake.files import write_files
from resources.lake.marks import COMMIT_RETRIES, Marks
from resources.lake.moved import moved_since, opened_at
from resources.lake.pieces import Rows, as_declared, stream, without_rows
from resources.lake.transactions import StaleHandleError, read_transactions
from schemas.errors import AdvertiseXError, ContractError
from schemas.tables.table import Table


class CommitConflictError(AdvertiseXError):
    """Another writer committed first; read again and repeat."""


class TableSize(NamedTuple):
    """Live files of one version: how many, their rows, their bytes."""

    files: int
    rows: int
    size_bytes: int


class LakeTable:
    """A handle on one table at one version, which reads show; a write made stale by others is a CommitConflictError."""

    def __init__(self, table: Table, delta: DeltaTable) -> None:
        self.table = table
        self._delta = delta
        self._marks: tuple[int, dict[str, int]] | None = None

    @property
    def version(self) -> int:
        """The version that this handle shows."""
        return self._delta.version()

    @property
    def delta(self) -> DeltaTable:
        """The table as delta-rs opened it, for the other modules of this package."""
        return self._delta

    @property
    def uri(self) -> str:
        """Where the table is."""
        return self._delta.table_uri

    @property
    def storage_options(self) -> dict[str, str]:
        """Options of the object store."""
        return self._delta._storage_options or {}

    def renew(self) -> None:
        """Shows the newest version from now on."""
        self._delta.update_incremental()

    def mark(self, app_id: str) -> int | None:
        """The mark of that application id; None if it was never set."""
        return self._delta.transaction_version(app_id)

    def progress(self, marks: Marks) -> list[int | None]:
        """The marks of the same names as they are."""
        return [self.mark(name) for name in marks.versions]

    def marks(self) -> dict[str, int]:
        """Every mark, in one reading of the log; CommitConflictError if the handle is too old to tell."""
        if self._marks is None or self._marks[0] != self.version:
            try:
                self._marks = self.version, read_transactions(self.uri, self.version, self.storage_options)
            except StaleHandleError as error:
                raise CommitConflictError(f"{self.table.full_name} was changed meanwhile: {error}") from error
        return self._marks[1]

    def rows_by_date(self) -> dict[date, int]:
        """Rows per date, from the log alone; dates without rows are left out."""
        if self.table.dated_by is not None:
            return rows_by_date(self.marks())
        return rows_by_folder(self._delta, f"partition.{self.table.date_column}")

    def size(self) -> TableSize:
        """How much the table holds at this version, from the log alone."""
        files = pl.DataFrame(self._delta.get_add_actions(flatten=True))
        if files.is_empty():
            return TableSize(0, 0, 0)
        return TableSize(files.height, int(files["num_records"].sum()), int(files["size_bytes"].sum()))

    def at(self, version: int) -> "LakeTable | None":
        """A handle on an older version, for reading; None if the log no longer reaches back so far."""
        older = opened_at(self._delta, version)
        return None if older is None else LakeTable(self.table, older)

    def additions_since(self, version: int) -> Additions | None:
        """What was added after that version; None if the log no longer reaches back so far."""
        moved = moved_since(self.table, self._delta, version)
        return None if moved is None else Additions(self.table, self.uri, self.storage_options, *moved)

    def scan(self) -> pl.LazyFrame:
        """All rows; columns that were declared after the last write are null."""
        stored = self._stored_columns
        absent = [pl.lit(None, dtype).alias(name) for name, dtype in self.table.schema.items() if name not in stored]
        return pl.scan_delta(self._delta).with_columns(absent).select(list(self.table.schema))

    @property
    def _stored_columns(self) -> set[str]:
        return {field.name for field in self._delta.schema().fields}

    def scan_dates(self, first: date, last: date, column: str | None = None) -> pl.LazyFrame:
        """The rows whose date lies between the two, inclusive."""
        return self.scan().filter(pl.col(column or self.table.date_column).is_between(first, last))

    def scan_files_between(self, column: str, low: str, high: str) -> pl.LazyFrame:
        """The rows of the files that may hold values of a text column between the two, inclusive; `scan` opens more."""
        return scan_files_between(self.table, self._delta, column, low, high)

    def changes(self, after: int, columns: Sequence[str] = (), predicate: str | None = None) -> pl.DataFrame:
        """The rows appended after that version, with `_commit_version`."""
        names = list(columns) if columns else list(self.table.schema)
        if after >= self.version:
            return pl.DataFrame(schema={one: self.table.schema[one] for one in names} | {"_commit_version": pl.Int64()})
        # Quoted, since the reader writes SQL and `offset` is a keyword there.
        quoted = [f'"{name}"' for name in (*names, "_commit_version")]
        reader = self._delta.load_cdf(starting_version=after + 1, columns=quoted, predicate=predicate)
        return pl.DataFrame(reader).select(*names, "_commit_version")

    def append(self, rows: Rows, marks: Marks) -> None:
        """Adds rows and sets marks, in one commit."""
        pieces = [rows] if isinstance(rows, pl.DataFrame) else rows
        if self.table.dated_by is not None:
            pieces = without_rows(self.table, pieces)
        are_marks_alone = isinstance(rows, pl.DataFrame) and rows.is_empty()
        if self._stored_columns == set(self.table.schema) and (self.table.statistics_columns or are_marks_alone):
            # Files of ours: the columns are stored as declared, and it is said which to prune by.
            filled = (as_declared(self.table, piece) for piece in pieces if piece.height)
            self._commit_again_beside_upkeep([file for piece in filled for file in write_files(self, piece)], marks)
        else:
            self._write(pieces, marks, None)

    def replace(self, rows: Rows, predicate: str, marks: Marks) -> None:
        """Puts rows in the place of those that the predicate names, and sets marks, in one commit.

        Not in a table whose files hold many dates: there `replace_dates` does it.
        """
        if self.table.dated_by is not None:
            raise ContractError(f"Rows of {self.table.full_name} are replaced by `replace_dates` alone.")
        self._write([rows] if isinstance(rows, pl.DataFrame) else rows, marks, predicate)

    def commit_files(
        self, actions: Sequence[AddAction | RemoveAction], marks: Marks, retries: int = COMMIT_RETRIES
    ) -> None:
        """Adds and removes files of our own making and sets marks; CommitConflictError if another was first (without
        retries: any other commit after this handle's version)."""
        try:
            schema, partitions = self._delta.schema(), list(self.table.partition_by)
            options = marks.commit_options(retries)
            self._delta.create_write_transaction(list(actions), "append", schema, partitions, **options)
        except CommitFailedError as error:
            raise self.conflict(error) from error
        self._delta.update_incremental()

    def _commit_again_beside_upkeep(self, files: Sequence[AddAction], marks: Marks) -> None:
        """Adds files; that upkeep has changed the table's properties meanwhile is no conflict."""
        try:
            self.commit_files(files, marks)
        except CommitConflictError:
            newest = LakeTable(self.table, DeltaTable(self.uri, storage_options=self.storage_options))
            if newest.progress(marks) != self.progress(marks) or newest._stored_columns != set(self.table.schema):
                raise
            newest.commit_files(files, marks)
            self.renew()

    def conflict(self, error: CommitFailedError) -> CommitConflictError:
        """The error that says that this handle's version is no longer the newest."""
        return CommitConflictError(
            f"{self.table.full_name} was changed by another writer after version {self.version}: {error}."
        )

    def _write(self, pieces: Iterable[pl.DataFrame], marks: Marks, predicate: str | None) -> None:
        try:
            write_deltalake(
                self._delta,
                stream(self.table, pieces),
                mode="append" if predicate is None else "overwrite",
                predicate=predicate,
                schema_mode="merge" if set(self.table.schema) != self._stored_columns else None,
                **cut(self.table),
                **marks.commit_options(),
            )
        except CommitFailedError as error:
            raise self.conflict(error) from error
