"""Reading: the inputs of some dates of a mart, for the engine that computes and for Polars in this process."""

from collections.abc import Mapping
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.gates import Batch
from advertisex_assets.gold.mart import Mart
from advertisex_assets.gold.sources import Sources, Spans
from resources.engine import Frame


def read(
    mart: Mart, sources: Sources, dates: list[date], where: Mapping[str, pl.Expr] | None = None
) -> Batch:
    """The inputs of the dates in this process, lazily; of some only the rows where it is said."""
    wanted = where or {}
    inputs = {
        name: sources[one.table].scan_reference()
        if one.is_reference
        else sources[one.table].scan(one.first_read(dates[0]), one.last_read(dates[-1]), wanted.get(name))
        for name, one in mart.inputs.items()
    }
    made = {name: prepare(dates, sources).lazy() for name, prepare in mart.prepared.items()}
    dated = {
        name: sources[one.table].rows_by_date for name, one in mart.inputs.items() if not one.is_reference
    }
    return Batch(dates, inputs | made, dated)


def on_engine(mart: Mart, sources: Sources, batch: Batch, during: Spans | None = None) -> dict[str, Frame]:
    """The same inputs on the engine in use; of events only those during the spans, if given."""
    frames = {}
    for name, rows in batch.inputs.items():
        one = mart.inputs.get(name)
        if one is None or one.is_reference:
            # Small, and made or read in this process.
            frames[name] = sources.engine.rows(rows.collect())
        else:
            days = one.first_read(batch.dates[0]), one.last_read(batch.dates[-1])
            frames[name] = sources[one.table].frame(sources.engine, *days, during)
    return frames


def in_process(inputs: Mapping[str, pl.LazyFrame]) -> dict[str, Frame]:
    """Inputs that were read in this process, as `on_engine`."""
    return {name: nw.from_native(rows) for name, rows in inputs.items()}


def stored_rows(mart: Mart, sources: Sources, dates: list[date]) -> pl.LazyFrame:
    """The mart's own rows of the dates, as they are stored now."""
    if not dates:
        return pl.LazyFrame(schema=mart.table.schema).with_columns(pl.col(pl.Datetime).cast(pl.Int64))
    own = sources[mart.table.full_name].scan(dates[0], dates[-1])
    return own.filter(pl.col(mart.date_column).is_in(dates))
