"""Batches: the rows of some dates, read slice by slice, so that no more of them than asked for are in memory at once.

Polars' streaming reader decodes many row groups ahead of whoever takes its batches: hundreds of megabytes before the
first one is taken. What is read here is decoded when its turn comes, and not before: a slice of a large file, or some
small files together.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

import polars as pl

from resources.lake.added import added_since
from resources.lake.live import LiveFile, live_files, scan_file
from resources.lake.table import LakeTable
from resources.spool import copied

Stored = tuple[pl.LazyFrame, int]
"""The rows of a file, and how many there are."""


def batches(table: LakeTable, column: str, dates: Collection[date], rows: int) -> Iterator[pl.DataFrame]:
    """The rows whose `column`, which is no partition, is one of the dates: batches of `rows`, the last one smaller.

    Files are passed over by the bounds that the log has of the column, rows by the column itself.
    """
    files = ((scan_file(table, file), file.rows) for file in _near(table, column, dates))
    return _filled(_chosen(files, pl.col(column).is_in(sorted(dates)), rows), rows)


def added_batches(
    table: LakeTable, after: int, column: str, dates: Collection[date], rows: int
) -> Iterator[pl.DataFrame]:
    """The same of the rows that were added to an append-only table after that version, with `_commit_version`."""
    files = (
        (scan_file(table, file).with_columns(pl.lit(version, pl.Int64).alias("_commit_version")), file.rows)
        for file, version in added_since(table, after)
    )
    return _filled(_chosen(files, pl.col(column).is_in(sorted(dates)), rows), rows)


def _near(table: LakeTable, column: str, dates: Collection[date]) -> list[LiveFile]:
    """The files that may hold one of the dates, oldest first."""
    noted = pl.DataFrame(table.delta.get_add_actions(flatten=True))
    bounds = [f"{bound}.{column}" for bound in ("min", "max")]
    if not set(bounds) <= set(noted.columns):
        return live_files(table)
    low, high = (pl.col(name).cast(pl.Date) for name in bounds)
    # A file whose bounds nobody noted may hold anything.
    is_near = ((low <= max(dates)) & (high >= min(dates))).fill_null(True)
    near = set(noted.filter(is_near)["path"])
    return [file for file in live_files(table) if file.path in near]


def _chosen(files: Iterable[Stored], wanted: pl.Expr, rows: int) -> Iterator[pl.DataFrame]:
    """The wanted rows of the files, small ones together, large ones slice by slice."""
    for group in _grouped(files, rows):
        together = pl.concat([stored for stored, _ in group])
        height = sum(height for _, height in group)
        if height <= rows:
            yield _own(together.filter(wanted).collect(), height)
        else:
            yield from _slices(together, wanted, rows)


def _grouped(files: Iterable[Stored], rows: int) -> Iterator[list[Stored]]:
    """In their order, none of more rows but for a single file."""
    group: list[Stored] = []
    for stored, height in files:
        if group and sum(one for _, one in group) + height > rows:
            yield group
            group = []
        group.append((stored, height))
    if group:
        yield group


def _slices(stored: pl.LazyFrame, wanted: pl.Expr, rows: int) -> Iterator[pl.DataFrame]:
    places = stored.with_row_index("row").filter(wanted).select("row").collect().to_series()
    for number in (places // rows).unique().sort():
        read = stored.slice(number * rows, rows).collect()
        yield _own(read.filter(wanted), read.height)


def _own(chosen: pl.DataFrame, height: int) -> pl.DataFrame:
    """A few rows chosen from many would hold the bytes of all while a batch is filled."""
    return copied(chosen) if chosen.height < height else chosen


def _filled(pieces: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in batches of so many: many files hold a few rows each."""
    waiting: list[pl.DataFrame] = []
    height = 0
    for piece in pieces:
        waiting.append(piece)
        height += piece.height
        while height >= rows:
            together = pl.concat(waiting)
            yield together.head(rows)
            waiting, height = [together.slice(rows)], height - rows
    if height:
        yield pl.concat(waiting)
