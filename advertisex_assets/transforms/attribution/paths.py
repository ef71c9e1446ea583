"""`gold.conversion_paths`: what a conversion's competing touches were, in order, and how long it took.

Not here: journeys that did not convert (`data_driven.journeys`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.candidates import candidates
from advertisex_assets.transforms.attribution.competition import ranked
from advertisex_assets.transforms.attribution.contract import DEFAULT_TOUCH_CAP, UNATTRIBUTED, Frame

SEPARATOR = " > "
UNKNOWN = "(unknown)"
"""Step of a path whose touch does not tell its campaign, creative or website."""

_GROUP = ("event_date", "conversion_id", "conversion_revenue_micros", "capped")


def conversion_paths(
    touches: Frame,
    conversions: Frame,
    dimension: str = "campaign_id",
    touch_cap: int = DEFAULT_TOUCH_CAP,
    crowded: bool = False,
) -> Frame:
    """One row per conversion with the path that its multi-touch credit is spread over.

    Takes touches and conversions as `candidates` documents them, and the touch column that names a step. Returns
    event_date, conversion_id; path (String, "first > ... > last", empty without touches); path_length (Int64);
    time_to_convert_us (Int64, from the first competing touch; null without); revenue_micros; capped.
    """
    steps = ranked(candidates(touches, conversions, touch_cap + 1 if crowded else None), touch_cap).filter(
        nw.col("competes")
    )
    is_touch = nw.col("touch_type") != UNATTRIBUTED
    paths = (
        steps.with_columns(
            step=nw.when(is_touch).then(nw.col(dimension).fill_null(UNKNOWN)),
            is_touch=is_touch.cast(nw.Int64),
        )
        .group_by(*_GROUP)
        .agg(
            nw.col("is_touch").sum().cast(nw.Int64).alias("path_length"),
            (nw.col("conversion_at") - nw.col("touch_at")).max().alias("age_us"),
            *_steps(touch_cap),
        )
    )
    path = nw.concat_str(_step_columns(touch_cap), separator=SEPARATOR, ignore_nulls=True)
    return paths.with_columns(
        path=path, time_to_convert_us=nw.when(nw.col("path_length") > 0).then(nw.col("age_us"))
    ).select(
        "event_date",
        "conversion_id",
        "path",
        "path_length",
        "time_to_convert_us",
        nw.col("conversion_revenue_micros").alias("revenue_micros"),
        "capped",
    )


def _steps(touch_cap: int) -> list[nw.Expr]:
    # One column per place, because ordered string aggregation is not the same on every engine.
    step = nw.col("step")
    return [
        nw.when(nw.col("position") == place).then(step).max().alias(column)
        for place, column in enumerate(_step_columns(touch_cap), start=1)
    ]


def _step_columns(touch_cap: int) -> list[str]:
    return [f"step_{place}" for place in range(1, touch_cap + 1)]
