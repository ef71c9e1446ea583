"""Compute: the rows of some dates of a mart: whole, or only what late rows touched.

Whole dates, and parts of them that may be large, are computed by the engine in use. What few late rows touch is
computed in this process whatever the engine: the rows are the same, and a job on a cluster takes seconds.

Not here: reading (`reading`), what is late (`late`), gates and commits (`replace`).
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.gates import Batch
from advertisex_assets.gold.late import additions_alone, touched_slices
from advertisex_assets.gold.mart import Crowded, Mart
from advertisex_assets.gold.parts import Part, parts
from advertisex_assets.gold.reading import in_process, on_engine, read, stored_rows
from advertisex_assets.gold.sources import Sources
from advertisex_assets.transforms.attribution.crowds import MOST_PAIRS
from resources.engine import POLARS, Engine, Frame
from resources.lake.dates import dates_predicate


@dataclass(frozen=True)
class Made:
    """Rows of a mart, what they were made from, and the stored rows that they replace.

    `before` is None where they replace whole dates; otherwise what `within` names of the dates, or nothing if `within`
    is None. `slices` is how many were redone, None for whole dates. Without `is_all` others replace the dates with
    them.
    """

    rows: pl.DataFrame
    batch: Batch
    before: pl.DataFrame | None = None
    within: str | None = None
    slices: int | None = None
    is_all: bool = True


def make(mart: Mart, sources: Sources, dates: list[date], rebuild: bool) -> Iterator[Made]:
    """The rows of the dates, by the shortest way that gives the same as all of them anew; in parts if they are many."""
    batch = read(mart, sources, dates)
    late = None if rebuild else _by_late_rows(mart, sources, batch)
    if late:
        yield late
        return
    for part in parts(mart, sources, batch):
        frames = _held(mart, part) if sources.engine is POLARS else part.frames
        rows = _compute(mart, sources.engine, frames, dates)
        yield Made(rows, part.batch, is_all=part.is_all)
        # Not kept while the next part is made.
        del frames, rows


def _by_late_rows(mart: Mart, sources: Sources, batch: Batch) -> Made | None:
    """Only what late rows touch; None where the whole dates must be made."""
    if mart.row_wise:
        return _with_late_ones(mart, sources, batch)
    touched = touched_slices(mart, sources, list(batch.dates), batch.inputs)
    if touched is None or mart.slicing is None or _are_many(mart, [touched.lazy()]):
        return None
    if mart.slicing.narrow is None:
        return _merged(mart, sources, batch, touched)
    return _exchanged(mart, sources, batch, touched)


def _held(mart: Mart, part: Part) -> Mapping[str, Frame]:
    """The frames, with rows that are found by keys read once, and only those that are: Polars would hold all."""
    slicing = mart.slicing
    if slicing is None or slicing.near is None:
        return part.frames
    inputs = part.batch.inputs
    by_keys = inputs[slicing.by_keys_of].collect()
    near = {
        name: inputs[name].filter(where).collect(engine="streaming").lazy()
        for name, where in slicing.near(by_keys).items()
    }
    return {**part.frames, **in_process({**near, slicing.by_keys_of: by_keys.lazy()})}


def _are_many(mart: Mart, rows: Iterable[pl.LazyFrame]) -> bool:
    """Whether they had better be made with all others, in parts."""
    if mart.cut is None:
        return False
    counts = (each.select(pl.len()).collect().item() for each in rows)
    return sum(counts) > mart.cut.most_rows


def _with_late_ones(mart: Mart, sources: Sources, batch: Batch) -> Made | None:
    """Row by row: what came is added."""
    late = additions_alone(mart, sources, list(batch.dates))
    if late is None or _are_many(mart, late.values()):
        return None
    rows = _compute(mart, POLARS, in_process({**batch.inputs, **late}), list(batch.dates))
    return Made(rows, batch, before=rows.clear(), slices=rows.height)


def _merged(mart: Mart, sources: Sources, batch: Batch, touched: pl.DataFrame) -> Made:
    """All rows of the dates: those of the touched slices made anew, the others as they are stored.

    A slice may hold any share of the date, and so the engine computes it.
    """
    slicing = mart.slicing
    assert slicing is not None
    pairs = [mart.date_column, slicing.column]
    stored = stored_rows(mart, sources, list(batch.dates))
    kept = stored.join(touched.lazy(), on=pairs, how="anti").collect()
    if touched.is_empty():
        return Made(kept, batch, slices=0)
    during = slicing.during(touched.select(pairs).iter_rows()) if slicing.during else None
    frames = on_engine(mart, sources, batch, during)
    restricted = slicing.restrict(frames, sources.engine.rows(touched))
    redone = _compute(mart, sources.engine, restricted, list(batch.dates))
    return Made(pl.concat([kept, redone.select(kept.columns)]), batch, slices=touched.height)


def _exchanged(mart: Mart, sources: Sources, batch: Batch, touched: pl.DataFrame) -> Made:
    """All rows of the touched slices: those of touched keys made anew, the others as they are stored."""
    slicing = mart.slicing
    assert slicing is not None and slicing.narrow is not None
    dates, slices = (sorted(touched[name].unique()) for name in (mart.date_column, slicing.column))
    within = pl.col(slicing.column).is_in(slices)
    before = stored_rows(mart, sources, dates).filter(within).collect()
    kept = before.join(touched, on=[mart.date_column, *slicing.keys], how="anti")
    # Gates look at whole slices.
    rows, made = kept, read(mart, sources, dates or list(batch.dates), {slicing.by_keys_of: within})
    if not touched.is_empty():
        named = nw.from_native(touched.lazy())
        by_keys = POLARS.collect(slicing.restrict(in_process(made.inputs), named)[slicing.by_keys_of])
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
    batch = read(mart, sources, dates, where)
    held = {name: batch.inputs[name].collect() for name in where} | {slicing.by_keys_of: by_keys}
    inputs = {**batch.inputs, **{name: rows.lazy() for name, rows in held.items()}}
    most_pairs = math.prod(rows.height for rows in held.values())
    frames = slicing.restrict(in_process(inputs), nw.from_native(touched.lazy()))
    return _compute(mart, POLARS, frames, dates, most_pairs)


def _compute(
    mart: Mart, engine: Engine, frames: Mapping[str, Frame], dates: list[date], most_pairs: int | None = None
) -> pl.DataFrame:
    may_crowd = mart.crowded if most_pairs is None or most_pairs > MOST_PAIRS else None
    rows = (
        _compute_apart(mart, engine, may_crowd, frames) if may_crowd else engine.collect(mart.compute(**frames))
    )
    # Other dates may lie between, and rows may have come to them meanwhile.
    wanted = rows.filter(pl.col(mart.date_column).is_in(dates))
    return mart.finish(wanted) if mart.finish else wanted


def _compute_apart(
    mart: Mart, engine: Engine, crowded: Crowded, frames: Mapping[str, Frame]
) -> pl.DataFrame:
    """Crowds by themselves, so that nobody else pays for counting."""
    crowd = engine.collect(crowded(frames["touches"], frames["conversions"]))
    if crowd.is_empty():
        return engine.collect(mart.compute(**frames))
    named, parts = engine.rows(crowd), []
    for how, is_crowd in (("anti", False), ("semi", True)):
        conversions = frames["conversions"].join(named, on=["event_date", "event_id"], how=how)
        parts.append(engine.collect(mart.compute(**{**frames, "conversions": conversions}, is_crowd=is_crowd)))
    return pl.concat(parts)
