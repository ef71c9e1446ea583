"""Exchange: other rows in the place of a table's dates, and files of closed dates merged, where files hold many dates.

Each date that is replaced gets files without older dates, so that a date which is replaced again and again costs no
more than its own rows; the other rows of a file that held it are written once more. delta-rs would find the rows by a
plan of its own and, of files of our making, not notice that others have removed them: both is done here. Two commits
that replace one date collide on its marks (`dates`); of two that replace dates of one file, the second one takes
the first one's rest. Not here: when files are merged (`advertisex_assets.upkeep`).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

import polars as pl
from deltalake.transaction import AddAction, RemoveAction

from resources.lake.again import commit_while
from resources.lake.dates import date_marks
from resources.lake.files import write_files
from resources.lake.live import LiveFile, live_files, scan_file
from resources.lake.marks import Marks
from resources.lake.pieces import as_declared
from resources.lake.rewrite import removed
from resources.lake.table import CommitConflictError, LakeTable
from resources.lake.take import conform, put_files, take_instead
from schemas.tables.table import Table

FILE_BYTES = 4 << 20
"""Of a file that dates share: a year of 250 campaigns. It is read in milliseconds, and written again in some tenths of
a second when a row comes late to one of its dates."""

BYTES_IN_MEMORY = 4 * FILE_BYTES
"""Of rows that become such a file: counts and micros compress to a quarter or less."""

ROW_GROUP_ROWS = 16_384
"""A reader of one campaign takes a row group or two of a full file."""


def replace_dates(table: LakeTable, rows: pl.DataFrame, dates: Collection[date], marks: Marks) -> None:
    """Puts rows in the place of all rows of those dates and sets marks, in one commit.

    CommitConflictError if another writer has replaced one of the dates or set one of the marks meanwhile.
    """
    if table.table.dated_by is None:
        gone = {table.table.date_column: [day.isoformat() for day in dates]}
        return take_instead(table, put_files(table, as_declared(table.table, rows)), gone, marks)
    conform(table)
    before, named = table.marks(), _with_dates(table, rows, dates, marks)
    new = [file for part in _parts(table.table, as_declared(table.table, rows)) for file in _written(table, part)]

    def is_unchanged() -> bool:
        return all(before.get(name) == table.marks().get(name) for name in named.versions)

    commit_while(is_unchanged, table, lambda: [*new, *_taken_out(table, dates)], named)


def merge_files(table: LakeTable, files: Sequence[LiveFile]) -> None:
    """Puts the rows of the files, few enough for memory, into files that their dates share; no data changes.

    CommitConflictError if another writer has removed one of them meanwhile.
    """

    def are_live() -> bool:
        return {file.path for file in files} <= {file.path for file in live_files(table)}

    if not are_live():
        raise CommitConflictError(f"Files of {table.table.full_name} were removed by others before they were merged.")
    rows = pl.concat([scan_file(table, file) for file in files]).collect()
    merged = [*_written(table, rows, data_change=False), *removed(files)]
    commit_while(are_live, table, lambda: merged, Marks())


def _with_dates(table: LakeTable, rows: pl.DataFrame, dates: Collection[date], marks: Marks) -> Marks:
    counts = dict(rows.group_by(table.table.date_column).len().iter_rows())
    counted = {day: counts.get(day, 0) for day in dates}
    return Marks({**marks.versions, **date_marks(counted, table.version)}, marks.notes)


def _parts(table: Table, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows cut between dates, into parts of BYTES_IN_MEMORY unless one date has more."""
    most_rows = BYTES_IN_MEMORY * rows.height // max(1, rows.estimated_size())
    ordered = rows.sort(table.date_column)
    counts = ordered.group_by(table.date_column, maintain_order=True).len()["len"].to_list()
    begin = end = 0
    for count in counts:
        if begin < end and end + count - begin > most_rows:
            yield ordered.slice(begin, end - begin)
            begin = end
        end += count
    if end:
        yield ordered.slice(begin)


def _taken_out(table: LakeTable, dates: Collection[date]) -> Iterator[AddAction | RemoveAction]:
    """What takes the dates out of the files that hold them, and keeps the other rows of those files."""
    column, wanted = table.table.date_column, sorted(dates)
    for file in live_files(table):
        if not any(file.may_hold(day, day) for day in wanted):
            continue
        if file.span is not None and file.span[0] == file.span[1]:
            yield from removed([file], data_change=True)
            continue
        rest = scan_file(table, file).filter(~pl.col(column).is_in(wanted)).collect()
        if rest.height < file.rows:
            yield from removed([file], data_change=True)
            yield from _written(table, rest) if rest.height else ()


def _written(table: LakeTable, rows: pl.DataFrame, data_change: bool = True) -> list[AddAction]:
    """Ordered by what is asked for first, dates last: who asks for a campaign's months reads neighbours."""
    column = table.table.date_column
    order = [name for name in table.table.grain_columns if name != column]
    return write_files(table, rows.sort(*order, column), data_change, ROW_GROUP_ROWS)
