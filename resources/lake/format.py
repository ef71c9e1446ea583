"""Format: the way in which a lake's tables are written, as a number that the lake keeps (`ops.lake_format`).

Raise FORMAT when programs of before would misread what is written now (other marks, other kinds of rows, other layout),
and say in MIGRATIONS how a lake of before becomes one of now. A new column or table needs neither.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import polars as pl

from resources.lake.lake import Lake
from resources.lake.marks import Marks
from resources.lake.migrations import share_files_between_dates
from resources.lake.table import CommitConflictError
from schemas.errors import AdvertiseXError
from schemas.tables.lake_format import LAKE_FORMAT

FORMAT = 2
"""The format that this program reads and writes."""

Migration = Callable[[Lake], None]
"""Brings a lake to the next format; done again after a crash, it goes on."""

MIGRATIONS: Mapping[int, Migration] = {1: share_files_between_dates}
"""By the format that a lake has."""

MARK = "lake/format"


class LakeFormatError(AdvertiseXError):
    """The lake is in a format that this program can neither read nor migrate."""


def ensure_format(lake: Lake, known: int = FORMAT, migrations: Mapping[int, Migration] = MIGRATIONS) -> None:
    """Migrates the lake to the format that this program knows; LakeFormatError if it cannot.

    A lake that is yet to be written is left alone; one that says nothing is in format 1, and is made to say so.
    """
    kept = _format_of(lake)
    if kept is not None and kept > known:
        raise LakeFormatError(
            f"The lake {lake.root} is in format {kept}; this program knows formats up to {known} and leaves it as it "
            "is. Run a newer version of the program."
        )
    if kept is None:
        if lake.tables():
            _record(lake, 1)
            ensure_format(lake, known, migrations)
        return
    missing = [number for number in range(kept, known) if number not in migrations]
    if missing:
        raise LakeFormatError(
            f"The lake {lake.root} is in format {kept}, this program writes format {known}, and there is no way "
            f"from {missing[0]} to {missing[0] + 1}. Run the version of the program that wrote it, or land its files "
            "again into a new lake."
        )
    for number in range(kept, known):
        migrations[number](lake)
        _record(lake, number + 1)


def _format_of(lake: Lake) -> int | None:
    return lake.open(LAKE_FORMAT).mark(MARK) if lake.exists(LAKE_FORMAT) else None


def _record(lake: Lake, number: int) -> None:
    """Notes the format; whoever was first, at the same time, noted the same."""
    row = pl.DataFrame({"format": [number], "since": [datetime.now(UTC)]}, schema=LAKE_FORMAT.schema)
    table = lake.open(LAKE_FORMAT)
    if (table.mark(MARK) or 0) < number:
        # Nor does it matter to somebody who may only read.
        with suppress(CommitConflictError, OSError):
            table.append(row, Marks({MARK: number}))
