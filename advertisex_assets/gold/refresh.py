"""Refresh: brings given dates of a mart up to date with silver: read, one pure call, gate, replace, marks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.contents import contents_by_date
from advertisex_assets.gold.gates import Batch, hold_unless_true
from advertisex_assets.gold.mart import Input, Mart
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.pending import current_fingerprint, fingerprint_mark, pending_dates, pending_gold
from advertisex_assets.gold.sources import Source, Sources, generation_mark
from advertisex_assets.gold.stretches import stretches
from resources.lake import CommitConflictError, Lake, Marks
from resources.lake.table import dates_predicate
from resources.run import Run
from schemas.errors import AdvertiseXError

ATTEMPTS = 20
"""How often a stretch is repeated when racing writers commit first; each repeat means that another one got ahead."""

__all__ = ["GoldReceipt", "pending_gold", "refresh_gold", "refresh_mart"]


@dataclass(frozen=True)
class GoldReceipt:
    """What one commit to a gold table did; `changed` are the dates whose rows are not as before."""

    table: str
    dates: tuple[date, ...]
    changed: tuple[date, ...]
    rows: int
    version: int


def refresh_gold(
    lake: Lake, run: Run, dates: Mapping[str, Iterable[date]] | None = None
) -> list[GoldReceipt]:
    """Refreshes the dates of each mart named (all that is pending by default), each mart after those that it reads."""
    receipts = []
    for mart in MARTS:
        wanted = pending_dates(mart, Sources(lake)) if dates is None else dates.get(mart.name, ())
        receipts += refresh_mart(lake, mart, wanted, run)
    return receipts


def refresh_mart(lake: Lake, mart: Mart, dates: Iterable[date], run: Run) -> list[GoldReceipt]:
    """Replaces those dates of the mart by what silver now says, one commit per stretch.

    HeldBatchError if a gate finds a contradiction; AdvertiseXError after too many races.
    """
    wanted = sorted(set(dates))
    if not wanted:
        return []
    sources = Sources(lake)
    sizes = [sources[one.table].rows_by_date for one in mart.inputs.values() if one.is_driver]
    return [_until_won(lake, mart, stretch, run) for stretch in stretches(wanted, sizes)]


def _until_won(lake: Lake, mart: Mart, dates: list[date], run: Run) -> GoldReceipt:
    for _ in range(ATTEMPTS):
        try:
            return _replace(Sources(lake), mart, dates, run)
        except CommitConflictError:
            continue
    raise AdvertiseXError(
        f"{mart.table.full_name} for {dates[0]} to {dates[-1]} lost {ATTEMPTS} races against other writers. "
        "Nothing is lost; run it again when fewer runs write the same dates."
    )


def _replace(sources: Sources, mart: Mart, dates: list[date], run: Run) -> GoldReceipt:
    # Opened before anything is read: a writer who commits in between is noticed.
    own = sources[mart.table.full_name]
    batch = _read(mart, sources, dates)
    rows = _computed(mart, batch)
    hold_unless_true(mart.table, rows, batch, mart.gates)
    stored = _as_stored(mart, rows)
    contents = contents_by_date(stored, mart.date_column, dates)
    changed = [day for day in dates if own.generation(day) != contents[day]]
    run.step(f"gold:replace:{mart.name}")
    _commit(own, stored, changed, _marks(mart, sources, contents))
    return GoldReceipt(mart.table.full_name, tuple(dates), tuple(changed), rows.height, own.opened.version)


def _commit(own: Source, rows: pl.DataFrame, changed: list[date], marks: Marks) -> None:
    """Rows that are as before are left where they are, so that nothing downstream is redone for them."""
    if not changed:
        own.opened.append(rows.clear(), marks)
        return
    column = own.opened.table.date_column
    own.opened.replace(rows.filter(pl.col(column).is_in(changed)), dates_predicate(changed, column), marks)


def _read(mart: Mart, sources: Sources, dates: list[date]) -> Batch:
    inputs = {name: _scan(one, sources[one.table], dates) for name, one in mart.inputs.items()}
    made = {name: prepare(dates, sources).lazy() for name, prepare in mart.prepared.items()}
    dated = {
        name: sources[one.table].rows_by_date for name, one in mart.inputs.items() if not one.is_reference
    }
    return Batch(dates, inputs | made, dated)


def _scan(one: Input, source: Source, dates: list[date]) -> pl.LazyFrame:
    if one.is_reference:
        return source.scan_reference()
    return source.scan(one.first_read(dates[0]), one.last_read(dates[-1]))


def _computed(mart: Mart, batch: Batch) -> pl.DataFrame:
    frames = {name: nw.from_native(frame) for name, frame in batch.inputs.items()}
    native = mart.compute(**frames).collect(backend="polars").to_native()
    assert isinstance(native, pl.DataFrame)
    wanted = native.filter(pl.col(mart.date_column).is_between(batch.dates[0], batch.dates[-1]))
    return mart.finish(wanted) if mart.finish else wanted


def _as_stored(mart: Mart, rows: pl.DataFrame) -> pl.DataFrame:
    """Types as on disk (a cast from Int64 reads microseconds), in order of grain: readers prune, files compare."""
    return rows.select(pl.col(name).cast(dtype) for name, dtype in mart.table.schema.items()).sort(
        mart.table.grain_columns
    )


def _marks(mart: Mart, sources: Sources, contents: Mapping[date, int]) -> Marks:
    versions = {}
    for day, content in contents.items():
        versions[fingerprint_mark(day)] = current_fingerprint(mart, sources, day)
        versions[generation_mark(day)] = content
    return Marks(versions)
