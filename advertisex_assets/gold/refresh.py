"""Refresh: brings given dates of a mart up to date with silver: read, one pure call, gate, replace, marks.

Not here: reading and computing (`compute`), which dates are pending (`pending`), what is late in them (`late`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat

import polars as pl

from advertisex_assets.gold.compute import Made, make
from advertisex_assets.gold.contents import contents_after, contents_by_date
from advertisex_assets.gold.gates import hold_unless_true
from advertisex_assets.gold.late import slice_marks
from advertisex_assets.gold.mart import Mart
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.pending import fingerprint_mark, fingerprinter, pending_dates, pending_gold
from advertisex_assets.gold.sources import Source, Sources, generation_mark
from advertisex_assets.gold.stretches import stretches
from advertisex_assets.transforms.ordered import ordered
from resources.engine import Engine
from resources.lake import CommitConflictError, Lake, Marks
from resources.lake.exchange import replace_dates
from resources.run import Run
from schemas.errors import AdvertiseXError

ATTEMPTS = 20
"""How often a stretch is repeated when racing writers commit first; each repeat means that another one got ahead."""

__all__ = ["GoldReceipt", "at_first", "open_for", "pending_gold", "refresh_gold", "refresh_mart"]


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


def refresh_gold(
    lake: Lake, run: Run, dates: Mapping[str, Iterable[date]] | None = None, marts: Sequence[Mart] = MARTS
) -> list[GoldReceipt]:
    """Refreshes the dates of each mart named (all that is pending by default), each mart after those that it reads."""
    # One opening serves all: a micro-batch would spend a third of its time on opening the same tables for each mart.
    sources, receipts = open_for(marts, lake, run.engine), []
    for mart in marts:
        wanted = pending_dates(mart, sources) if dates is None else dates.get(mart.name, ())
        done = refresh_mart(lake, mart, wanted, run, opened=sources)
        if done:
            sources.renew(mart.table.full_name)
        receipts += done
    return receipts


def open_for(marts: Sequence[Mart], lake: Lake, engine: Engine) -> Sources:
    """Sources in which the tables of the marts were opened before what those are made of.

    So a writer who takes in newer rows is noticed: it commits after the handle's version.
    """
    sources = Sources(lake, engine)
    sources.open(mart.table.full_name for mart in reversed(marts))
    return sources


def at_first(opened: Sources) -> Iterator[Sources | None]:
    """What is open already for the first attempt, None for every later one, which opens anew: after a commit the mart's
    handle may show what others have made meanwhile, of newer inputs than these."""
    yield opened
    yield from repeat(None)


def refresh_mart(
    lake: Lake, mart: Mart, dates: Iterable[date], run: Run, rebuild: bool = False, opened: Sources | None = None
) -> list[GoldReceipt]:
    """Replaces those dates of the mart by what silver now says, one commit per stretch.

    A sliced mart redoes only the slices that late rows can change, unless `rebuild`. `opened` (see `open_for`) serves
    the first attempt. HeldBatchError if a gate finds a contradiction; AdvertiseXError after too many races.
    """
    wanted = sorted(set(dates))
    if not wanted:
        return []
    sources = opened or open_for([mart], lake, run.engine)
    sizes = [sources[one.table].rows_by_date for one in mart.inputs.values() if one.is_driver]
    handles = at_first(sources)
    return [
        _until_won(lake, mart, stretch, run, rebuild, next(handles))
        for stretch in stretches(wanted, sizes)
    ]


def _until_won(
    lake: Lake, mart: Mart, dates: list[date], run: Run, rebuild: bool, opened: Sources | None
) -> GoldReceipt:
    for _ in range(ATTEMPTS):
        try:
            return _replace(opened or open_for([mart], lake, run.engine), mart, dates, run, rebuild)
        except CommitConflictError:
            opened = None
    raise AdvertiseXError(
        f"{mart.table.full_name} for {dates[0]} to {dates[-1]} lost {ATTEMPTS} races against other writers. "
        "Nothing is lost; run it again when fewer runs write the same dates."
    )


def _replace(sources: Sources, mart: Mart, dates: list[date], run: Run, rebuild: bool) -> GoldReceipt:
    own = sources[mart.table.full_name]
    made = make(mart, sources, dates, rebuild)
    hold_unless_true(mart.table, made.rows, made.batch, mart.gates)
    stored = _as_stored(mart, made.rows)
    contents = _contents(mart, own, made, stored, dates)
    changed = [day for day in dates if own.generation(day) != contents[day]]
    run.step(f"gold:replace:{mart.name}")
    _commit(own, made, stored, changed, _marks(mart, sources, contents))
    return GoldReceipt(
        mart.table.full_name, tuple(dates), tuple(changed), made.slices, stored.height, own.opened.version
    )


def _contents(
    mart: Mart, own: Source, made: Made, stored: pl.DataFrame, dates: list[date]
) -> dict[date, int]:
    if made.before is None:
        return contents_by_date(stored, mart.date_column, dates)
    contents = {day: own.generation(day) for day in dates}
    return contents_after(contents, _as_stored(mart, made.before), stored, mart.date_column)


def _commit(own: Source, made: Made, rows: pl.DataFrame, changed: list[date], marks: Marks) -> None:
    """Rows that are as before are left where they are, so that nothing downstream is redone for them."""
    column = own.opened.table.date_column
    if not changed:
        own.opened.append(rows.clear(), marks)
    elif made.before is None:
        replace_dates(own.opened, rows.filter(pl.col(column).is_in(changed)), changed, marks)
    elif made.within is None:
        own.opened.append(rows, marks)
    else:
        own.opened.replace(rows, made.within, marks)


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
