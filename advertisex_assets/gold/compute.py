"""Compute: the rows of some dates of a mart: whole, or only what late rows touched.

Not here: what is late (`late`), gates and commits (`refresh`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.gates import Batch
from advertisex_assets.gold.late import additions_alone, touched_slices
from advertisex_assets.gold.mart import Crowded, Input, Mart
from advertisex_assets.gold.sources import Source, Sources, Spans
from advertisex_assets.transforms.attribution.crowds import MOST_PAIRS
from resources.lake.table import dates_predicate

Where = Mapping[str, pl.Expr]


@dataclass(frozen=True)
class Made:
    """Rows of a mart, what they were made from, and the stored rows that they replace.

    `before` is None where they replace whole dates; otherwise what `within` names of the dates, or nothing if `within`
    is None. `slices` is how many were redone, None for whole dates.
    """

    rows: pl.DataFrame
    batch: Batch
    before: pl.DataFrame | None = None
    within: str | None = None
    slices: int | None = None


def make(mart: Mart, sources: Sources, dates: list[date], rebuild: bool) -> Made:
    """The rows of the dates, by the shortest way that gives the same as all of them anew."""
    batch = read(mart, sources, dates)
    if rebuild:
        return Made(_computed(mart, batch), batch)
    if mart.row_wise:
        return _with_late_ones(mart, sources, batch)
    touched = touched_slices(mart, sources, dates, batch.inputs)
    if touched is None or mart.slicing is None:
        return Made(_computed(mart, batch), batch)
    if mart.slicing.narrow is None:
        return _merged(mart, sources, batch, touched)
    return _exchanged(mart, sources, batch, touched)


def read(
    mart: Mart, sources: Sources, dates: list[date], during: Spans | None = None, where: Where | None = None
) -> Batch:
    """The inputs of the dates, lazily; of events only those during the spans, and of inputs those where it is said."""
    wanted = where or {}
    inputs = {
        name: _scan(one, sources[one.table], dates, during, wanted.get(name))
        for name, one in mart.inputs.items()
    }
    made = {name: prepare(dates, sources).lazy() for name, prepare in mart.prepared.items()}
    dated = {
        name: sources[one.table].rows_by_date for name, one in mart.inputs.items() if not one.is_reference
    }
    return Batch(dates, inputs | made, dated)


def _with_late_ones(mart: Mart, sources: Sources, batch: Batch) -> Made:
    """Row by row: what came is added."""
    late = additions_alone(mart, sources, list(batch.dates))
    if late is None:
        return Made(_computed(mart, batch), batch)
    added = Batch(batch.dates, {**batch.inputs, **late}, batch.rows_by_date)
    rows = _computed(mart, added)
    return Made(rows, added, before=rows.clear(), slices=rows.height)


def _merged(mart: Mart, sources: Sources, batch: Batch, touched: pl.DataFrame) -> Made:
    """All rows of the dates: those of the touched slices made anew, the others as they are stored."""
    assert mart.slicing is not None
    pairs = [mart.date_column, mart.slicing.column]
    stored = _stored(mart, sources, batch.dates)
    kept = stored.join(touched.lazy(), on=pairs, how="anti").collect()
    if touched.is_empty():
        return Made(kept, batch, slices=0)
    during = mart.slicing.during(touched.select(pairs).iter_rows()) if mart.slicing.during else None
    redone = _restricted(mart, read(mart, sources, list(batch.dates), during), touched)
    return Made(pl.concat([kept, redone.select(kept.columns)]), batch, slices=touched.height)


def _exchanged(mart: Mart, sources: Sources, batch: Batch, touched: pl.DataFrame) -> Made:
    """All rows of the touched slices: those of touched keys made anew, the others as they are stored."""
    slicing = mart.slicing
    assert slicing is not None and slicing.narrow is not None
    dates, slices = (sorted(touched[name].unique()) for name in (mart.date_column, slicing.column))
    within = pl.col(slicing.column).is_in(slices)
    before = _stored(mart, sources, dates).filter(within).collect()
    kept = before.join(touched, on=[mart.date_column, *slicing.keys], how="anti")
    # Gates look at whole slices.
    asked = {slicing.by_keys_of: within}
    rows, made = kept, read(mart, sources, dates or list(batch.dates), where=asked)
    if not touched.is_empty():
        frames = _frames(made.inputs)
        keyed = slicing.restrict(frames, nw.from_native(touched.lazy()))[slicing.by_keys_of]
        by_keys = keyed.collect(backend="polars").to_native()
        rows = pl.concat([kept, _looked_up(mart, sources, dates, by_keys, touched).select(kept.columns)])
    listed = ", ".join(str(one) for one in slices)
    return Made(
        rows,
        made,
        before,
        f"{dates_predicate(dates, mart.date_column)} AND {slicing.column} IN ({listed})" if slices else None,
        touched.select(mart.date_column, slicing.column).n_unique(),
    )


def _looked_up(
    mart: Mart, sources: Sources, dates: list[date], by_keys: pl.DataFrame, touched: pl.DataFrame
) -> pl.DataFrame:
    """The rows of touched keys, from the inputs that are found by them; few, and so read into memory once."""
    slicing = mart.slicing
    assert slicing is not None and slicing.narrow is not None
    where = slicing.narrow(by_keys)
    batch = read(mart, sources, dates, where=where)
    held = {name: batch.inputs[name].collect() for name in where} | {slicing.by_keys_of: by_keys}
    inputs = {**batch.inputs, **{name: rows.lazy() for name, rows in held.items()}}
    most_pairs = math.prod(rows.height for rows in held.values())
    return _restricted(mart, Batch(dates, inputs, batch.rows_by_date), touched, most_pairs)


def _stored(mart: Mart, sources: Sources, dates: list[date]) -> pl.LazyFrame:
    if not dates:
        return pl.LazyFrame(schema=mart.table.schema).with_columns(pl.col(pl.Datetime).cast(pl.Int64))
    own = sources[mart.table.full_name].scan(dates[0], dates[-1])
    return own.filter(pl.col(mart.date_column).is_in(dates))


def _scan(
    one: Input, source: Source, dates: list[date], during: Spans | None, where: pl.Expr | None
) -> pl.LazyFrame:
    if one.is_reference:
        return source.scan_reference()
    return source.scan(one.first_read(dates[0]), one.last_read(dates[-1]), during, where)


def _frames(inputs: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
    return {name: nw.from_native(frame) for name, frame in inputs.items()}


def _computed(mart: Mart, batch: Batch) -> pl.DataFrame:
    """All rows of the dates."""
    return _call(mart, _frames(batch.inputs), batch)


def _restricted(
    mart: Mart, batch: Batch, touched: pl.DataFrame, most_pairs: int | None = None
) -> pl.DataFrame:
    assert mart.slicing is not None
    frames = mart.slicing.restrict(_frames(batch.inputs), nw.from_native(touched.lazy()))
    return _call(mart, frames, batch, most_pairs)


def _call(mart: Mart, frames: Mapping[str, Any], batch: Batch, most_pairs: int | None = None) -> pl.DataFrame:
    may_crowd = mart.crowded if most_pairs is None or most_pairs > MOST_PAIRS else None
    native = _call_apart(mart, may_crowd, frames) if may_crowd else _native(mart.compute(**frames))
    # Other dates may lie between, and rows may have come to them meanwhile.
    wanted = native.filter(pl.col(mart.date_column).is_in(list(batch.dates)))
    return mart.finish(wanted) if mart.finish else wanted


def _call_apart(mart: Mart, crowded: Crowded, frames: Mapping[str, Any]) -> pl.DataFrame:
    """Crowds by themselves, so that nobody else pays for counting."""
    crowd = _native(crowded(frames["touches"], frames["conversions"]))
    if crowd.is_empty():
        return _native(mart.compute(**frames))
    named = nw.from_native(crowd.lazy())
    parts = []
    for how, is_crowd in (("anti", False), ("semi", True)):
        conversions = frames["conversions"].join(named, on=["event_date", "event_id"], how=how)
        parts.append(_native(mart.compute(**{**frames, "conversions": conversions}, is_crowd=is_crowd)))
    return pl.concat(parts)


def _native(frame: Any) -> pl.DataFrame:
    native = frame.collect(backend="polars").to_native()
    assert isinstance(native, pl.DataFrame)
    return native
