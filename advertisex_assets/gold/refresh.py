"""Refresh: brings given dates of a mart up to date with silver: read, one pure call, gate, replace, marks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.gates import Batch, hold_unless_true
from advertisex_assets.gold.marts import MARTS, Mart
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
    """What one commit to a gold table did."""

    table: str
    dates: tuple[date, ...]
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
    marks = _marks(mart, sources, own, dates)
    batch = _read(mart, sources, dates)
    rows = _computed(mart, batch)
    hold_unless_true(mart.table, rows, batch, mart.gates)
    run.step(f"gold:replace:{mart.name}")
    own.opened.replace(_as_stored(mart, rows), dates_predicate(dates), marks)
    return GoldReceipt(mart.table.full_name, tuple(dates), rows.height, own.opened.version)


def _read(mart: Mart, sources: Sources, dates: list[date]) -> Batch:
    read = {name: (sources[one.table], one) for name, one in mart.inputs.items()}
    inputs = {
        name: source.scan(
            dates[0] - timedelta(days=one.days_before), dates[-1] + timedelta(days=one.days_after)
        )
        for name, (source, one) in read.items()
    }
    return Batch(dates, inputs, {name: source.rows_by_date for name, (source, _) in read.items()})


def _computed(mart: Mart, batch: Batch) -> pl.DataFrame:
    frames = {name: nw.from_native(frame) for name, frame in batch.inputs.items()}
    native = mart.compute(**frames).collect(backend="polars").to_native()
    assert isinstance(native, pl.DataFrame)
    return native.filter(pl.col("event_date").is_between(batch.dates[0], batch.dates[-1]))


def _as_stored(mart: Mart, rows: pl.DataFrame) -> pl.DataFrame:
    """Types as on disk (a cast from Int64 reads microseconds), in order of grain: readers prune, files compare."""
    return rows.select(pl.col(name).cast(dtype) for name, dtype in mart.table.schema.items()).sort(
        mart.table.grain_columns
    )


def _marks(mart: Mart, sources: Sources, own: Source, dates: list[date]) -> Marks:
    versions = {}
    for day in dates:
        versions[fingerprint_mark(day)] = current_fingerprint(mart, sources, day)
        versions[generation_mark(day)] = (own.generation(day) or 0) + 1
    return Marks(versions)
