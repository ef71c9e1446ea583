"""Names, units and types shared by every attribution step: column lists, touch types, constants.

Not here: any computation.
"""

from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

Frame: TypeAlias = nw.LazyFrame[Any]
"""A lazy frame of any engine."""

CREDIT_MICROS = 1_000_000
"""The whole of one conversion, in micro-credits."""

DEFAULT_TOUCH_CAP = 50
"""Latest competing touches kept per conversion: bots make unbounded paths, and the 51st-latest touch moves nothing."""

CLICK = "click"
VIEW = "view"
UNATTRIBUTED = "unattributed"
UNASSIGNED = "(unassigned)"
"""Campaign, creative and website of credit that no touch earned: a value, so that it shows in every grouping."""

TOUCH_COLUMNS = (
    "touch_id",
    "touch_type",
    "event_at",
    "user_id",
    "advertiser_id",
    "campaign_id",
    "creative_id",
    "website",
    "impression_id",
    "click_id",
)
CONVERSION_COLUMNS = (
    "conversion_id",
    "event_at",
    "event_date",
    "user_id",
    "advertiser_id",
    "impression_id",
    "click_id",
    "revenue_micros",
    "click_window_us",
    "view_window_us",
)
ATTRIBUTION_COLUMNS = (
    "event_date",
    "conversion_id",
    "touch_id",
    "touch_type",
    "model",
    "campaign_id",
    "creative_id",
    "website",
    "credit_micros",
    "revenue_micros",
    "capped",
)
DIMENSIONS = ("campaign_id", "creative_id", "website")
"""What credit is summed by; in gold.attribution they are the touch's."""

TOUCH_ORDER = ("touch_at", "touch_id", "touch_type")
"""Total order of the touches of one conversion: an impression and a click may share both time and id."""
