"""Slices: which parts of a date late rows can change, and the inputs cut down to those parts.

Counts change in the hours of the rows; attribution in the buckets of the users whose conversions the rows can reach.
Not here: finding out which rows are late.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.affected import affected_by_conversions, affected_by_touches
from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.activity import HOUR_US, HOURS_PER_DAY
from advertisex_assets.transforms.marts.journeys import as_touches, conversions_to_credit

KINDS = ("impressions", "clicks", "conversions", "engagements")
EPOCH = date(1970, 1, 1)
Frames = Mapping[str, Frame]


@dataclass(frozen=True)
class Slicing:
    """How a mart is redone in part.

    `column` of the mart names the slice of a row. `touched` takes the late rows and all rows of each input, and gives
    the distinct event_date and `column` that can change. `restrict` cuts the inputs to such pairs: computing from them
    gives exactly the mart's rows of those slices. `during`, where slices are times, gives the half-open spans in Int64
    us that they cover, so that readers can skip the rest.
    """

    column: str
    touched: Callable[[Frames, Frames], Frame]
    restrict: Callable[[Frames, Frame], Frames]
    during: Callable[[Iterable[tuple[date, int]]], list[tuple[int, int]]] | None = None


def _hour() -> nw.Expr:
    return ((nw.col("event_at") // HOUR_US) % HOURS_PER_DAY).alias("hour")


def touched_hours(late: Frames, inputs: Frames) -> Frame:
    """The hours of the late rows."""
    hours = [late[kind].select("event_date", _hour()) for kind in KINDS]
    return nw.concat(hours, how="vertical").unique()


def within_hours(inputs: Frames, pairs: Frame) -> Frames:
    """Events of those hours only."""
    kept = {
        kind: inputs[kind].with_columns(_hour()).join(pairs, on=["event_date", "hour"], how="semi")
        for kind in KINDS
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


def touched_buckets(late: Frames, inputs: Frames) -> Frame:
    """The buckets of late conversions, and of conversions that late touches can reach."""
    # Invalid ones too: a touch that has become invalid changes what it had reached.
    credited = conversions_to_credit(inputs["conversions"], inputs["campaigns"], inputs["advertisers"])
    reached = affected_by_touches(as_touches(late["impressions"], late["clicks"]), credited)
    return nw.concat([reached, affected_by_conversions(late["conversions"])], how="vertical").unique()


def within_buckets(inputs: Frames, pairs: Frame) -> Frames:
    """Conversions of those buckets only; their touches may be anyone's."""
    conversions = inputs["conversions"].join(pairs, on=["event_date", "user_bucket"], how="semi")
    return {**inputs, "conversions": conversions}


BY_HOUR = Slicing("hour", touched_hours, within_hours, spans_of_hours)
BY_USER_BUCKET = Slicing("user_bucket", touched_buckets, within_buckets)
