"""Compute: the rows of some dates of a mart, whole, or only in the slices that late rows touched."""

from collections.abc import Mapping
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.gates import Batch
from advertisex_assets.gold.mart import Input, Mart
from advertisex_assets.gold.sources import Source, Sources, Spans


def read(mart: Mart, sources: Sources, dates: list[date], during: Spans | None = None) -> Batch:
    """The inputs of the dates, lazily; of events only those during the spans, if given."""
    inputs = {name: _scan(one, sources[one.table], dates, during) for name, one in mart.inputs.items()}
    made = {name: prepare(dates, sources).lazy() for name, prepare in mart.prepared.items()}
    dated = {
        name: sources[one.table].rows_by_date for name, one in mart.inputs.items() if not one.is_reference
    }
    return Batch(dates, inputs | made, dated)


def computed(mart: Mart, batch: Batch) -> pl.DataFrame:
    """All rows of the dates."""
    return _call(mart, {name: nw.from_native(frame) for name, frame in batch.inputs.items()}, batch)


def recomputed(mart: Mart, sources: Sources, dates: list[date], touched: pl.DataFrame) -> pl.DataFrame:
    """All rows of the dates: those of the touched slices made anew, the others as they are stored."""
    assert mart.slicing is not None
    pairs = [mart.date_column, mart.slicing.column]
    stored = (
        sources[mart.table.full_name].scan(dates[0], dates[-1]).filter(pl.col(mart.date_column).is_in(dates))
    )
    kept = stored.join(touched.lazy(), on=pairs, how="anti").collect()
    if touched.is_empty():
        return kept
    during = mart.slicing.during(touched.select(pairs).iter_rows()) if mart.slicing.during else None
    batch = read(mart, sources, dates, during)
    frames = {name: nw.from_native(frame) for name, frame in batch.inputs.items()}
    redone = _call(mart, mart.slicing.restrict(frames, nw.from_native(touched.lazy())), batch)
    return pl.concat([kept, redone.select(kept.columns)])


def _scan(one: Input, source: Source, dates: list[date], during: Spans | None) -> pl.LazyFrame:
    if one.is_reference:
        return source.scan_reference()
    return source.scan(one.first_read(dates[0]), one.last_read(dates[-1]), during)


def _call(mart: Mart, frames: Mapping[str, object], batch: Batch) -> pl.DataFrame:
    native = mart.compute(**frames).collect(backend="polars").to_native()
    assert isinstance(native, pl.DataFrame)
    # Other dates may lie between, and rows may have come to them meanwhile.
    wanted = native.filter(pl.col(mart.date_column).is_in(list(batch.dates)))
    return mart.finish(wanted) if mart.finish else wanted
