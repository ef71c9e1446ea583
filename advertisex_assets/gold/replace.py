"""Replace: made rows pass the gates, become as they are stored, and take the place of the old ones in one commit.

Rows that are as before are left where they are, so that nothing downstream is redone for them. Of dates that are made
in parts each part is in its files before the next one is made; they are committed together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import polars as pl

from advertisex_assets.gold.compute import Made, make
from advertisex_assets.gold.contents import contents_after, contents_by_date, contents_together
from advertisex_assets.gold.gates import hold_unless_true
from advertisex_assets.gold.late import slice_marks
from advertisex_assets.gold.mart import Mart
from advertisex_assets.gold.pending import fingerprint_mark, fingerprinter
from advertisex_assets.gold.sources import Source, Sources, generation_mark
from advertisex_assets.transforms.ordered import ordered
from resources.lake import LakeTable, Marks
from resources.lake.exchange import replace_dates
from resources.lake.take import NewFile, put_files, take_instead
from resources.run import Run


@dataclass(frozen=True)
class GoldReceipt:
    """What one commit to a gold table did.

    `changed` are the dates whose rows are not as before; `slices` is how many pairs of date and slice were redone (of a
    row-wise mart: rows added), None for whole dates.
    """

    table: str
    dates: tuple[date, ...]
    changed: tuple[date, ...]
    slices: int | None
    rows: int
    version: int


@dataclass(frozen=True)
class Ready:
    """Made rows as they are stored, with the contents of the dates; of a part of dates they are in its files."""

    made: Made
    rows: pl.DataFrame
    contents: Mapping[date, int]
    files: Sequence[NewFile] = ()

    @property
    def height(self) -> int:
        """How many rows."""
        return self.rows.height + sum(file.rows for file in self.files)


def replace_rows(mart: Mart, sources: Sources, dates: list[date], run: Run, rebuild: bool) -> GoldReceipt:
    """Brings the dates up to date with what the sources show.

    HeldBatchError if a gate finds a contradiction; CommitConflictError if another writer was first.
    """
    own = sources[mart.table.full_name]
    # Neither here nor in `map` does a part stay when the next one is made.
    ready = list(map(partial(_ready, mart, own, dates), make(mart, sources, dates, rebuild)))
    contents = contents_together([one.contents for one in ready])
    changed = [day for day in dates if own.generation(day) != contents[day]]
    run.step(f"gold:replace:{mart.name}")
    _commit(own.opened, ready, changed, _marks(mart, sources, contents))
    rows = sum(one.height for one in ready)
    return GoldReceipt(
        mart.table.full_name, tuple(dates), tuple(changed), ready[0].made.slices, rows, own.opened.version
    )


def _ready(mart: Mart, own: Source, dates: list[date], made: Made) -> Ready:
    hold_unless_true(mart.table, made.rows, made.batch, mart.gates)
    rows = _as_stored(mart, made.rows)
    contents = _contents(mart, own, made, rows, dates)
    made = replace(made, rows=rows.clear())
    if made.is_all:
        return Ready(made, rows, contents)
    return Ready(made, rows.clear(), contents, put_files(own.opened, rows))


def _contents(
    mart: Mart, own: Source, made: Made, stored: pl.DataFrame, dates: list[date]
) -> dict[date, int]:
    if made.before is None:
        return contents_by_date(stored, mart.date_column, dates)
    contents = {day: own.generation(day) for day in dates}
    return contents_after(contents, _as_stored(mart, made.before), stored, mart.date_column)


def _commit(table: LakeTable, ready: Sequence[Ready], changed: list[date], marks: Marks) -> None:
    column, first = table.table.date_column, ready[0]
    if not changed:
        table.append(first.rows.clear(), marks)
    elif not first.made.is_all:
        files = [file for one in ready for file in one.files if file.day in changed]
        take_instead(table, files, {column: [day.isoformat() for day in changed]}, marks)
    elif first.made.before is None:
        replace_dates(table, first.rows.filter(pl.col(column).is_in(changed)), changed, marks)
    elif first.made.within is None:
        table.append(first.rows, marks)
    else:
        table.replace(first.rows, first.made.within, marks)


def _as_stored(mart: Mart, rows: pl.DataFrame) -> pl.DataFrame:
    """Types as on disk (a cast from Int64 reads microseconds), in a fixed order: readers prune, files compare."""
    order = list(dict.fromkeys([mart.date_column, *mart.table.sort_by, *mart.table.grain_columns]))
    return ordered(rows.select(pl.col(name).cast(dtype) for name, dtype in mart.table.schema.items()), order)


def _marks(mart: Mart, sources: Sources, contents: Mapping[date, int]) -> Marks:
    versions, due = {}, fingerprinter(mart, sources)
    for day, content in contents.items():
        versions[fingerprint_mark(day)] = due(day)
        versions[generation_mark(day)] = content
        versions |= slice_marks(mart, sources, day)
    return Marks(versions)
