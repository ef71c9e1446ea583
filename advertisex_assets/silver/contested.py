"""Contested: the few records whose event another record may be of, found without holding the keys of all of them."""

from collections.abc import Callable
from typing import NamedTuple

import polars as pl

ID_MARK = pl.col("event_id").hash()
"""Eight bytes for an id. Ids whose marks meet by chance are told apart later, by `deduplicate.resolve`."""


class Contested(NamedTuple):
    """KEYS of incoming records, and of the stored ones that could be of the same events."""

    incoming: pl.DataFrame
    stored: pl.DataFrame


def contested(incoming: pl.LazyFrame, stored: Callable[[pl.Series], pl.LazyFrame]) -> Contested:
    """Every incoming record that is not surely alone with its event id, and the stored records beside it.

    `incoming` has the columns of `deduplicate.KEYS`, as has what `stored` gives for some marks (sorted): at least the
    stored records that have one of them. Of all other rows only the ids are read.
    """
    marks = incoming.select(ID_MARK.alias("mark")).collect(engine="streaming").to_series()
    if marks.is_empty():
        nothing = incoming.head(0).collect()
        return Contested(nothing, nothing)
    asked = marks.unique().sort()
    rivals = stored(asked).filter(ID_MARK.is_in(asked.implode())).collect(engine="streaming")
    met = pl.concat([marks.filter(marks.is_duplicated()), rivals.select(ID_MARK).to_series()]).unique()
    return Contested(incoming.filter(ID_MARK.is_in(met.implode())).collect(engine="streaming"), rivals)
