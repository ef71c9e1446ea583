"""The rule-based models: name -> integer weight of each touch of a conversion.

Every model reads the columns that `competition.ranked` adds and returns an Int64 weight, 0 for no part in it. A new
model is a function and a line here. Not here: data-driven models, which need a whole training range (`data_driven`).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.models.shared import linear, position_based
from advertisex_assets.transforms.attribution.models.single_touch import first_touch, last_click, last_touch
from advertisex_assets.transforms.attribution.models.time_decay import time_decay

WEIGHTS: Mapping[str, Callable[[], nw.Expr]] = MappingProxyType(
    {
        "last_click": last_click,
        "last_touch": last_touch,
        "first_touch": first_touch,
        "linear": linear,
        "position_based": position_based,
        "time_decay": time_decay,
    }
)

CLICKS_ONLY = frozenset({"last_click"})
"""Models that never credit a view: a conversion that only views led to is unattributed in them."""
