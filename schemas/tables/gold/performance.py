"""Performance marts: delivery, cost and results of campaigns, creatives and websites."""

from schemas.metrics import PERFORMANCE_RATES
from schemas.tables.gold.columns import (
    CAMPAIGN,
    CREATIVE,
    CURRENCY,
    EVENT_DATE,
    HOUR,
    WEBSITE,
    count,
    money,
    rates,
    summary,
)

COUNTS = (
    count("impressions", "Served impressions, gross."),
    count("valid_impressions", "Impressions without those of invalid traffic (MRC: net)."),
    count("billable_impressions", "What is paid for: valid impressions with a price, or billing notices."),
    count("measured_impressions", "Impressions whose viewability was measured."),
    count("viewable_impressions", "Impressions in view for at least one second (MRC, display)."),
    count("clicks", "Clicks, gross."),
    count("valid_clicks", "Clicks without those of invalid traffic."),
    count("conversions", "Conversions by the campaign that the tracker or the creative names."),
    count("valid_conversions", "Conversions without those of invalid traffic."),
    count("engagements", "Visits and content views."),
)
AMOUNTS = (
    money("spend_micros", "What was spent, gross: on priced impressions, or as billed (`Feed.spend`)."),
    money("billable_spend_micros", "What of it is billable."),
    money("revenue_micros", "What the conversions were worth, refunds subtracted."),
)
MONEY_ROWS = (
    count("money_rows", "Events of spend and conversions that carry an amount."),
    count("money_rows_left_out", "Those of them in another currency, which the sums leave out."),
)
PERFORMANCE = (*COUNTS, CURRENCY, *AMOUNTS, *MONEY_ROWS, *rates(PERFORMANCE_RATES))
"""What every campaign, creative and website mart measures."""

CAMPAIGN_DAILY = summary(
    "campaign_daily",
    "Delivery, cost and results of each campaign by UTC day.",
    (EVENT_DATE, CAMPAIGN),
    PERFORMANCE,
)
CAMPAIGN_HOURLY = summary(
    "campaign_hourly",
    "Delivery, cost and results of each campaign by UTC hour.",
    (EVENT_DATE, HOUR, CAMPAIGN),
    PERFORMANCE,
)
CREATIVE_DAILY = summary(
    "creative_daily",
    "Delivery, cost and results of each creative by UTC day.",
    (EVENT_DATE, CAMPAIGN, CREATIVE),
    PERFORMANCE,
)
WEBSITE_DAILY = summary(
    "website_daily",
    "Delivery, cost and results of each campaign on each website by UTC day.",
    (EVENT_DATE, CAMPAIGN, WEBSITE),
    PERFORMANCE,
)
