"""Gold: the marts by which budgets are moved; grain, columns and units of each, one family a file.

Not here: the rates' definitions (`schemas.metrics`), or which silver each mart is made of
(`advertisex_assets.gold.marts`).
"""

from schemas.tables.gold.adjusted import ADJUSTMENTS_LEFT_OUT, CONVERSIONS
from schemas.tables.gold.auctions import AUCTION_FUNNEL, SEGMENT_DAILY
from schemas.tables.gold.conversions import ATTRIBUTION, ATTRIBUTION_DAILY, CONVERSION_DAILY, CONVERSION_PATHS
from schemas.tables.gold.data_driven import DATA_DRIVEN
from schemas.tables.gold.performance import CAMPAIGN_DAILY, CAMPAIGN_HOURLY, CREATIVE_DAILY, WEBSITE_DAILY
from schemas.tables.gold.published import ARRIVALS, DAY_STATUS, PUBLISHED, RESTATEMENTS
from schemas.tables.gold.reach import CAMPAIGN_REACH, USER_REACH
from schemas.tables.gold.reporting import CAMPAIGN_PACING, CAMPAIGN_REPORTING_DAILY
from schemas.tables.gold.touches import TOUCHES

GOLD_TABLES = (
    CONVERSIONS,
    ADJUSTMENTS_LEFT_OUT,
    CAMPAIGN_DAILY,
    CAMPAIGN_HOURLY,
    CREATIVE_DAILY,
    WEBSITE_DAILY,
    CAMPAIGN_REACH,
    USER_REACH,
    CAMPAIGN_REPORTING_DAILY,
    CAMPAIGN_PACING,
    AUCTION_FUNNEL,
    SEGMENT_DAILY,
    TOUCHES,
    CONVERSION_PATHS,
    CONVERSION_DAILY,
    ATTRIBUTION,
    ATTRIBUTION_DAILY,
    DATA_DRIVEN,
    PUBLISHED,
    RESTATEMENTS,
    ARRIVALS,
    DAY_STATUS,
)
"""Every gold table."""

__all__ = [
    "ADJUSTMENTS_LEFT_OUT",
    "ARRIVALS",
    "ATTRIBUTION",
    "ATTRIBUTION_DAILY",
    "AUCTION_FUNNEL",
    "CAMPAIGN_DAILY",
    "CAMPAIGN_HOURLY",
    "CAMPAIGN_PACING",
    "CAMPAIGN_REACH",
    "CAMPAIGN_REPORTING_DAILY",
    "CONVERSIONS",
    "CONVERSION_DAILY",
    "CONVERSION_PATHS",
    "CREATIVE_DAILY",
    "DATA_DRIVEN",
    "DAY_STATUS",
    "GOLD_TABLES",
    "PUBLISHED",
    "RESTATEMENTS",
    "SEGMENT_DAILY",
    "TOUCHES",
    "USER_REACH",
    "WEBSITE_DAILY",
]
