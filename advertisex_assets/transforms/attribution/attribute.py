"""`attribute`: touches and conversions to the rows of `gold.attribution`.

Lives here: the composition of the steps. Not here: any rule.
"""

from advertisex_assets.transforms.attribution.candidates import candidates
from advertisex_assets.transforms.attribution.competition import ranked
from advertisex_assets.transforms.attribution.contract import ATTRIBUTION_COLUMNS, DEFAULT_TOUCH_CAP, Frame
from advertisex_assets.transforms.attribution.credit_split import split_credit, split_revenue
from advertisex_assets.transforms.attribution.models import WEIGHTS
from advertisex_assets.transforms.attribution.weigh import Weights, weigh, withhold_from_views


def attribute(
    touches: Frame,
    conversions: Frame,
    touch_cap: int = DEFAULT_TOUCH_CAP,
    weights: Weights = WEIGHTS,
    crowded: bool = False,
) -> Frame:
    """Credit every conversion under every model.

    Takes touches and conversions as `candidates` documents them. Returns ATTRIBUTION_COLUMNS, one row per
    conversion, model and touch: event_date is the conversion's; campaign_id, creative_id and website the touch's;
    credit_micros sums to 1,000,000 and revenue_micros to the conversion's revenue per (conversion_id, model); capped
    marks conversions of which only the latest `touch_cap` touches competed. Row order is not promised. The rows are the
    same with `crowded`, which is slower for most conversions and bounded for those of `crowds.crowded_conversions`.
    """
    places = ranked(candidates(touches, conversions, touch_cap + 1 if crowded else None), touch_cap)
    weighted = withhold_from_views(weigh(places, conversions, weights))
    return split_revenue(split_credit(weighted)).select(*ATTRIBUTION_COLUMNS)
