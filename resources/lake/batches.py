"""Batches: the rows of some dates, read slice by slice, so that no more of them than asked for are in memory at once.

Polars' streaming reader decodes many row groups ahead of whoever takes its batches: hundreds of megabytes before the
first one is taken. A slice of one file is decoded when its turn comes, and not before.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

import polars as pl

from resources.lake.live import LiveFile, live_files, scan_file
from resources.lake.table import LakeTable
from resources.spool import copied


def batches(table: LakeTable, column: str, dates: Collection[date], rows: int) -> Iterator[pl.DataFrame]:
    """The rows whose `column`, which is no partition, is one of the dates: batches of `rows`, the last one smaller.

    Files are passed over by the bounds that the log has of the column, slices by the column itself.
    """
    slices = (piece for file in _near(table, column, dates) for piece in _slices(table, file, column, dates, rows))
    return _filled(slices, rows)


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


def _slices(
    table: LakeTable, file: LiveFile, column: str, dates: Collection[date], rows: int
) -> Iterator[pl.DataFrame]:
    stored, wanted = scan_file(table, file), pl.col(column).is_in(sorted(dates))
    places = stored.select(column).with_row_index("row").filter(wanted).select("row").collect().to_series()
    for number in (places // rows).unique().sort():
        read = stored.slice(number * rows, rows).collect()
        chosen = read.filter(wanted)
        # A few rows chosen from many would hold the bytes of all while the batch is filled.
        yield copied(chosen) if chosen.height < read.height else read


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
