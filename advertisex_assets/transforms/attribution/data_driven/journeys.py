"""Journeys of a training range: ordered steps that ended in a conversion, or in nothing.

Not here: how channels are chosen and coded (`channels`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.candidates import NO_TOUCH, candidates
from advertisex_assets.transforms.attribution.competition import strongest_link
from advertisex_assets.transforms.attribution.contract import DEFAULT_TOUCH_CAP, Frame
from advertisex_assets.transforms.attribution.paths import UNKNOWN

JOURNEY_COLUMNS = ("journey_id", "converted", "touch_at", "touch_id", "touch_type", "channel")
_ORDER = ("touch_at", "touch_id", "touch_type")
# Silver refuses ids with control characters, so a unit separator joins them without ambiguity.
_UNIT_SEPARATOR = "\x1f"


def journey_steps(
    touches: Frame,
    conversions: Frame,
    dimension: str,
    touch_cap: int = DEFAULT_TOUCH_CAP,
    range_begins_us: int | None = None,
) -> Frame:
    """One row per journey and step, the latest `touch_cap` steps of each.

    A converted journey is the strongest-linked candidates of one conversion, views and clicks alike. The touches that
    are a candidate of no conversion make one unconverted journey per user and advertiser; those before
    `range_begins_us` do not, since a conversion before the range may have been theirs. Returns journey_id String;
    converted Int64 (1 or 0); channel String (the touch's `dimension`, or "(unknown)"); position Int64, from 1;
    length Int64.
    """
    reached = candidates(touches, conversions).filter(nw.col("link") > NO_TOUCH)
    of_range = touches if range_begins_us is None else touches.filter(nw.col("event_at") >= range_begins_us)
    steps = nw.concat(
        [_converted(reached, dimension), _unconverted(of_range, reached, dimension)], how="vertical"
    )
    length = nw.len().over("journey_id").cast(nw.Int64)
    place = nw.col("touch_at").cum_count().over("journey_id", order_by=_ORDER).cast(nw.Int64)
    ranked = steps.with_columns(length=length, place=place).filter(
        nw.col("place") > nw.col("length") - touch_cap
    )
    surplus = (
        nw.when(nw.col("length") > touch_cap)
        .then(nw.col("length") - touch_cap)
        .otherwise(nw.lit(0, nw.Int64))
    )
    return ranked.select(
        "journey_id",
        "converted",
        "channel",
        position=nw.col("place") - surplus,
        length=nw.col("length") - surplus,
    )


def _converted(reached: Frame, dimension: str) -> Frame:
    journey = nw.concat_str(nw.lit("conversion"), nw.col("conversion_id"), separator=_UNIT_SEPARATOR)
    return _steps(strongest_link(reached), journey, 1, dimension)


def _unconverted(touches: Frame, reached: Frame, dimension: str) -> Frame:
    used = reached.select("touch_id", "touch_type").unique()
    unused = touches.join(used, on=["touch_id", "touch_type"], how="anti").filter(
        ~nw.col("user_id").is_null()
    )
    journey = nw.concat_str(
        nw.lit("user"),
        nw.col("user_id"),
        nw.col("advertiser_id").fill_null(UNKNOWN),
        separator=_UNIT_SEPARATOR,
    )
    return _steps(unused.with_columns(touch_at=nw.col("event_at")), journey, 0, dimension)


def _steps(touches: Frame, journey_id: nw.Expr, converted: int, dimension: str) -> Frame:
    channel = nw.col(dimension).fill_null(UNKNOWN)
    return touches.with_columns(
        journey_id=journey_id, converted=nw.lit(converted, nw.Int64), channel=channel
    ).select(*JOURNEY_COLUMNS)
