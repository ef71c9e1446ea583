"""Parts: a date too large for memory is made in ranges of a column of its inputs, one after another.

Not here: dates put together (`stretches`), what a part's rows are (`compute`), how they become one commit (`replace`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.gold.cut import Cut
from advertisex_assets.gold.gates import Batch
from advertisex_assets.gold.mart import Mart
from advertisex_assets.gold.reading import on_engine
from advertisex_assets.gold.sources import EVENT_AT, Sources
from resources.engine import Frame


@dataclass(frozen=True)
class Part:
    """The inputs of one part, on the engine and in this process; without `is_all` others make the dates with it."""

    frames: Mapping[str, Frame]
    batch: Batch
    is_all: bool = False


def parts(mart: Mart, sources: Sources, batch: Batch) -> Iterator[Part]:
    """The dates as a whole, or in the parts that the mart's cut says, if its inputs have too many rows."""
    cut = mart.cut
    if cut is None or _rows(cut, batch) <= cut.most_rows:
        yield Part(on_engine(mart, sources, batch), batch, is_all=True)
        return
    for low, high in ranges(_counts(cut, batch), cut.most_rows):
        begin, end = low * cut.step, (high + 1) * cut.step
        # Readers skip by time what they would otherwise read for every part.
        frames = on_engine(mart, sources, batch, [(begin, end)] if cut.column == EVENT_AT else None)
        within = (nw.col(cut.column) >= begin) & (nw.col(cut.column) < end)
        own = {name: nw.from_native(batch.inputs[name]).filter(within).to_native() for name in cut.inputs}
        yield Part(
            {**frames, **{name: frames[name].filter(within) for name in cut.inputs}},
            replace(batch, inputs={**batch.inputs, **own}),
        )


def ranges(counts: Iterable[tuple[int, int]], most_rows: int) -> list[tuple[int, int]]:
    """First and last value of neighbours that have at most so many rows together, from values and their rows.

    A value is never divided, however many rows it has.
    """
    found: list[tuple[int, int]] = []
    size = 0
    for value, rows in sorted(counts):
        if found and size + rows <= most_rows:
            found[-1] = (found[-1][0], value)
            size += rows
        else:
            found.append((value, value))
            size = rows
    return found


def _rows(cut: Cut, batch: Batch) -> int:
    return sum(batch.rows_by_date[name].get(day, 0) for name in cut.inputs for day in batch.dates)


def _counts(cut: Cut, batch: Batch) -> list[tuple[int, int]]:
    """Steps of the column and the rows in each; of the inputs that column alone is read."""
    each = [batch.of_dates(name).select(pl.col(cut.column) // cut.step) for name in cut.inputs]
    counted = pl.concat(each).group_by(cut.column).len().collect(engine="streaming")
    return [(value, rows) for value, rows in counted.iter_rows()]
