"""`attribute`: touches and conversions to the rows of `gold.attribution`.

Lives here: the composition of the steps. Not here: any rule.
"""

from collections.abc import Callable, Mapping

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.candidates import candidates
from advertisex_assets.transforms.attribution.competition import ranked
from advertisex_assets.transforms.attribution.contract import ATTRIBUTION_COLUMNS, DEFAULT_TOUCH_CAP
from advertisex_assets.transforms.attribution.credit_split import split_credit, split_revenue
from advertisex_assets.transforms.attribution.models import WEIGHTS
from advertisex_assets.transforms.attribution.unattributed import unattributed


def attribute(
    touches: nw.LazyFrame,
    conversions: nw.LazyFrame,
    touch_cap: int = DEFAULT_TOUCH_CAP,
    models: Mapping[str, Callable[[], nw.Expr]] = WEIGHTS,
) -> nw.LazyFrame:
    """Credit every conversion under every model.

    Takes touches and conversions as `candidates` documents them. Returns ATTRIBUTION_COLUMNS, one row per
    conversion, model and touch: event_date is the conversion's; campaign_id, creative_id and website the touch's;
    credit_micros sums to 1,000,000 and revenue_micros to the conversion's revenue per (conversion_id, model); capped
    marks conversions of which only the latest `touch_cap` touches competed. Row order is not promised.
    """
    places = ranked(candidates(touches, conversions), touch_cap)
    attributed = split_revenue(split_credit(weigh(places, models))).select(*ATTRIBUTION_COLUMNS)
    return nw.concat([attributed, unattributed(conversions, attributed, models)], how="vertical")


def weigh(places: nw.LazyFrame, models: Mapping[str, Callable[[], nw.Expr]]) -> nw.LazyFrame:
    """One row per conversion, model and touch that takes part in it, with its Int64 `weight` (at least 1)."""
    rows = [
        places.with_columns(model=nw.lit(name), weight=weight()).filter(nw.col("weight") > 0)
        for name, weight in models.items()
    ]
    return nw.concat(rows, how="vertical")
