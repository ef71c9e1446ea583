"""Slices: which parts of a date late rows can change, and the inputs cut down to those parts.

Counts change in the hours of the rows; attribution in the buckets of the users whose conversions the rows can reach.
Not here: finding out which rows are late.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.transforms.attribution.affected import affected_by_conversions, affected_by_touches
from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.activity import HOUR_US, HOURS_PER_DAY
from advertisex_assets.transforms.marts.journeys import (
    all_of,
    conversions_to_credit,
    each_once,
    stamped,
    unstamped_id,
)
from schemas.tables.gold.touches import BY_USER, FOUND_BY

KINDS = ("impressions", "clicks", "conversions", "engagements")
TIMED = (*KINDS, "spend_events")
"""Inputs whose rows fall into hours; spend has rows of its own where impressions do not carry it."""

EPOCH = date(1970, 1, 1)
Frames = Mapping[str, Frame]


@dataclass(frozen=True)
class Slicing:
    """How a mart is redone in part.

    `column` of the mart names the slice of a row. `touched` takes the late rows and all rows of each input, and gives
    the distinct event_date and `column` that can change, and `row_key`, where only some rows of a slice can.
    `restrict` cuts the inputs to those: computing from them gives exactly the mart's rows of those.
    `during`, where slices are times, gives the half-open spans in Int64 us that they cover; `narrow`, where they are
    found by keys, takes the input `by_keys_of` cut to them and gives the rows to read of other inputs: so that readers
    can skip the rest. With `narrow`, only the slices are replaced; otherwise whole dates are. `near` gives, of all rows
    of `by_keys_of`, the rows of other inputs that have anything to do with them.
    """

    column: str
    touched: Callable[[Frames, Frames], Frame]
    restrict: Callable[[Frames, Frame], Frames]
    row_key: str | None = None
    during: Callable[[Iterable[tuple[date, int]]], list[tuple[int, int]]] | None = None
    narrow: Callable[[pl.DataFrame], Mapping[str, pl.Expr]] | None = None
    near: Callable[[pl.DataFrame], Mapping[str, pl.Expr]] | None = None
    by_keys_of: str = ""

    @property
    def keys(self) -> list[str]:
        """What names a touched row, beside its date."""
        return [self.column, *([self.row_key] if self.row_key else [])]


def _hour() -> nw.Expr:
    return ((nw.col("event_at") // HOUR_US) % HOURS_PER_DAY).alias("hour")


def touched_hours(late: Frames, inputs: Frames) -> Frame:
    """The hours of the late rows."""
    hours = [late[kind].select("event_date", _hour()) for kind in TIMED if kind in late]
    return nw.concat(hours, how="vertical").unique()


def within_hours(inputs: Frames, pairs: Frame) -> Frames:
    """Events of those hours only."""
    kept = {
        kind: inputs[kind].with_columns(_hour()).join(pairs, on=["event_date", "hour"], how="semi")
        for kind in TIMED
        if kind in inputs
    }
    return {**inputs, **{kind: rows.drop("hour") for kind, rows in kept.items()}}


def spans_of_hours(pairs: Iterable[tuple[date, int]]) -> list[tuple[int, int]]:
    """The hours as spans, neighbours joined."""
    spans: list[tuple[int, int]] = []
    for day, hour in sorted(pairs):
        begin = ((day - EPOCH).days * HOURS_PER_DAY + hour) * HOUR_US
        if spans and spans[-1][1] == begin:
            begin = spans.pop()[0]
        spans.append((begin, ((day - EPOCH).days * HOURS_PER_DAY + hour + 1) * HOUR_US))
    return spans


def touched_conversions(late: Frames, inputs: Frames) -> Frame:
    """Late conversions, and those that late touches can reach, with their buckets."""
    credited = conversions_to_credit(inputs["conversions"], inputs["campaigns"], inputs["advertisers"])
    reached = affected_by_touches(all_of(each_once(late["touches"])), credited)
    own = late["conversions"].with_columns(conversion_id=stamped("event_id"))
    both = nw.concat([reached, affected_by_conversions(own)], how="vertical")
    return both.with_columns(conversion_id=unstamped_id("conversion_id")).unique()


def within_conversions(inputs: Frames, touched: Frame) -> Frames:
    """Those conversions only; and of touches, each once."""
    named = touched.select("event_date", event_id=nw.col("conversion_id"))
    conversions = inputs["conversions"].join(named, on=["event_date", "event_id"], how="semi")
    return {**inputs, "conversions": conversions, "touches": each_once(inputs["touches"])}


def touches_of(conversions: pl.DataFrame) -> Mapping[str, pl.Expr]:
    """The rows of `gold.touches` that may be touches of those conversions."""
    named = {name: conversions[name].drop_nulls().unique().to_list() for name in FOUND_BY}
    found = [(pl.col("found_by") == name) & pl.col("key").is_in(keys) for name, keys in named.items() if keys]
    # Said of the key alone as well, since readers skip by what holds for all rows.
    any_key = pl.col("key").is_in([key for keys in named.values() for key in keys])
    return {"touches": any_key & pl.any_horizontal(found) if found else pl.lit(False)}


def touches_near(conversions: pl.DataFrame) -> Mapping[str, pl.Expr]:
    """The rows of `gold.touches` by their users that share any key with those conversions."""
    return {"touches": (pl.col("found_by") == BY_USER) & shares_a_key(conversions)}


def shares_a_key(conversions: pl.DataFrame) -> pl.Expr:
    """Whether a touch shares a user, an impression or a click with any of those conversions."""
    keys = {name: conversions[name].drop_nulls().unique().implode() for name in FOUND_BY}
    return pl.any_horizontal(pl.col(name).is_in(values) for name, values in keys.items())


BY_HOUR = Slicing("hour", touched_hours, within_hours, during=spans_of_hours)
BY_CONVERSION = Slicing(
    "user_bucket",
    touched_conversions,
    within_conversions,
    row_key="conversion_id",
    narrow=touches_of,
    near=touches_near,
    by_keys_of="conversions",
)
