"""Fan-out: one row per conversion, model and touch that takes part in the model.

Not here: what the models are (`models`), how weights become credit (`credit_split`).
"""

from collections.abc import Callable, Iterable, Mapping

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import (
    CLICK,
    DIMENSIONS,
    UNASSIGNED,
    UNATTRIBUTED,
    Frame,
)
from advertisex_assets.transforms.attribution.models import CLICKS_ONLY

Weights = Mapping[str, Callable[[], nw.Expr]]


def weigh(places: Frame, conversions: Frame, weights: Weights) -> Frame:
    """Rows of `competition.ranked` times models, with `model` and Int64 `weight`, where the weight is above zero."""
    wide = places.with_columns(**{_column(model): weight() for model, weight in weights.items()})
    # A cross join, because a union of one branch per model makes some engines repeat all that is upstream.
    long = wide.join(model_names(conversions, weights), how="cross")
    return long.with_columns(weight=_chosen(weights)).filter(nw.col("weight") > 0)


def withhold_from_views(weighted: Frame) -> Frame:
    """In CLICKS_ONLY models, turn what would credit a view into an unattributed row."""
    withheld = nw.col("model").is_in(sorted(CLICKS_ONLY)) & (nw.col("touch_type") != CLICK)
    blank = dict.fromkeys(DIMENSIONS, UNASSIGNED) | {"touch_type": UNATTRIBUTED}
    columns = {
        name: nw.when(withheld).then(nw.lit(value)).otherwise(nw.col(name)) for name, value in blank.items()
    }
    return weighted.with_columns(
        **columns,
        touch_id=nw.when(~withheld).then(nw.col("touch_id")),
        capped=nw.when(withheld).then(nw.lit(False)).otherwise(nw.col("capped")),
    )


def model_names(conversions: Frame, models: Iterable[str]) -> Frame:
    """One row per model. Made from a count, since a frame of literals would have to name its engine."""
    count = conversions.select(count=nw.len())
    return nw.concat([count.select(model=nw.lit(model)) for model in models], how="vertical")


def _chosen(weights: Weights) -> nw.Expr:
    """The weight of the row's own model."""
    chosen = nw.lit(0, nw.Int64)
    for model in weights:
        chosen = nw.when(nw.col("model") == model).then(nw.col(_column(model))).otherwise(chosen)
    return chosen


def _column(model: str) -> str:
    return f"weight_{model}"
