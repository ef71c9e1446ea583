"""Gold: the marts by which budgets are moved; grain, columns and units of each.

Not here: the rates' definitions (`schemas.metrics`), or which silver each mart is made of
(`advertisex_assets.gold.marts`).
"""

import polars as pl

from schemas.metrics import CONVERSION_RATES, FUNNEL_RATES, PACING_RATES, PERFORMANCE_RATES, Rate
from schemas.tables.table import UTC_MICROS, Table, TableColumn

MONEY = "micros of currency"

EVENT_DATE = TableColumn("event_date", pl.Date(), "The UTC date.")
HOUR = TableColumn("hour", pl.Int64(), "The UTC hour of the day, 0 to 23.", "hour")
CAMPAIGN = TableColumn("campaign_id", pl.String(), "The campaign; `(unassigned)` if unknown.")
CREATIVE = TableColumn("creative_id", pl.String(), "The creative; `(unassigned)` if unknown.")
WEBSITE = TableColumn("website", pl.String(), "The website; `(unassigned)` if unknown.")
CURRENCY = TableColumn(
    "currency",
    pl.String(),
    "The currency of the row's money: the first by code of those seen; null without money.",
)


def count(name: str, description: str) -> TableColumn:
    """A column that counts."""
    return TableColumn(name, pl.Int64(), description, "count")


def money(name: str, description: str) -> TableColumn:
    """A column of money."""
    return TableColumn(name, pl.Int64(), description, MONEY)


def rates(definitions: tuple[Rate, ...]) -> tuple[TableColumn, ...]:
    """One Float64 column per rate."""
    return tuple(TableColumn(rate.name, pl.Float64(), rate.description, rate.unit) for rate in definitions)


COUNTS = (
    count("impressions", "Served impressions, gross."),
    count("valid_impressions", "Impressions without those of invalid traffic (MRC: net)."),
    count("billable_impressions", "Valid impressions that carry a price."),
    count("measured_impressions", "Impressions whose viewability was measured."),
    count("viewable_impressions", "Impressions in view for at least one second (MRC, display)."),
    count("clicks", "Clicks, gross."),
    count("valid_clicks", "Clicks without those of invalid traffic."),
    count("conversions", "Conversions by the campaign that the tracker or the creative names."),
    count("valid_conversions", "Conversions without those of invalid traffic."),
    count("engagements", "Visits and content views."),
)
AMOUNTS = (
    money("spend_micros", "What the impressions cost, gross."),
    money("billable_spend_micros", "What the billable impressions cost."),
    money("revenue_micros", "What the conversions were worth, refunds subtracted."),
)
MONEY_ROWS = (
    count("money_rows", "Impressions and conversions that carry an amount."),
    count("money_rows_left_out", "Those of them in another currency, which the sums leave out."),
)
PERFORMANCE = (*COUNTS, CURRENCY, *AMOUNTS, *MONEY_ROWS, *rates(PERFORMANCE_RATES))
"""What every campaign, creative and website mart measures."""


def _mart(
    name: str, description: str, grain: tuple[TableColumn, ...], columns: tuple[TableColumn, ...]
) -> Table:
    """A gold table with one row per grain, partitioned by the grain's first column, a date."""
    names = tuple(column.name for column in grain)
    return Table(
        layer="gold",
        name=name,
        description=description,
        columns=(*grain, *columns),
        grain=" x ".join(names),
        grain_columns=names,
        partition_by=names[:1],
    )


CAMPAIGN_DAILY = _mart(
    "campaign_daily",
    "Delivery, cost and results of each campaign by UTC day.",
    (EVENT_DATE, CAMPAIGN),
    PERFORMANCE,
)
CAMPAIGN_HOURLY = _mart(
    "campaign_hourly",
    "Delivery, cost and results of each campaign by UTC hour.",
    (EVENT_DATE, HOUR, CAMPAIGN),
    PERFORMANCE,
)
CREATIVE_DAILY = _mart(
    "creative_daily",
    "Delivery, cost and results of each creative by UTC day.",
    (EVENT_DATE, CAMPAIGN, CREATIVE),
    PERFORMANCE,
)
WEBSITE_DAILY = _mart(
    "website_daily",
    "Delivery, cost and results of each campaign on each website by UTC day.",
    (EVENT_DATE, CAMPAIGN, WEBSITE),
    PERFORMANCE,
)

REPORTING_DATE = TableColumn("reporting_date", pl.Date(), "The day in the advertiser's reporting zone.")

CAMPAIGN_REPORTING_DAILY = _mart(
    "campaign_reporting_daily",
    "Delivery, cost and results of each campaign by day of its advertiser's time zone.",
    (
        REPORTING_DATE,
        TableColumn(
            "reporting_zone", pl.String(), "The IANA time zone; UTC where the advertiser names none."
        ),
        CAMPAIGN,
    ),
    PERFORMANCE,
)

CAMPAIGN_PACING = _mart(
    "campaign_pacing",
    "Spend of each running campaign against an even spread of its budget over its flight.",
    (REPORTING_DATE, CAMPAIGN),
    (
        TableColumn("advertiser_id", pl.String(), "Whose campaign it is."),
        TableColumn("currency", pl.String(), "The currency of the budget."),
        money("budget_micros", "What the campaign may spend in all."),
        count("flight_days", "Days of the flight; null if an end is open."),
        count("flight_day", "Which of them this is, from 1; null without start."),
        money("spend_micros", "Spend of the day."),
        money("spend_to_date_micros", "Spend of the flight so far; null if it began more than 400 days ago."),
        money("planned_to_date_micros", "The even share of the budget so far; null if an end is open."),
        count("days_left_out", "Days with spend in another currency, which the sums leave out."),
        *rates(PACING_RATES),
    ),
)

AUCTION_FUNNEL = _mart(
    "auction_funnel",
    "From bid request to conversion, each hop on its own date; hops that no feed reports are null, never zero.",
    (
        EVENT_DATE,
        TableColumn("exchange", pl.String(), "The exchange; `(unknown)` where the auction is not known."),
        TableColumn("deal_id", pl.String(), "The private deal; `(open)` without one."),
        TableColumn("website", pl.String(), "The site or app of the bid request."),
        TableColumn("device", pl.String(), "The kind of device of the bid request."),
        TableColumn("floor_band", pl.String(), "The floor of the bid request, in currency units CPM."),
    ),
    (
        count("bid_requests", "Bid requests, test traffic left out."),
        count("bids", "Our bids."),
        count("losses", "Bids that lost."),
        count("wins", "Bids that won."),
        count("billing_notices", "Wins that are billed."),
        count("impressions", "Served impressions."),
        count("measured_impressions", "Impressions whose viewability was measured."),
        count("viewable_impressions", "Impressions in view for at least one second (MRC, display)."),
        count("clicks", "Clicks."),
        count("conversions", "Conversions."),
        count(
            "orphan_outcomes", "Bids, losses, wins and billing notices without a bid request within a day."
        ),
        count("orphan_impressions", "Impressions without a bid request within a day."),
        count("orphan_clicks", "Clicks that name no impression of the day or the day before."),
        count("orphan_conversions", "Conversions that name no impression of the day or the day before."),
        count("priced_wins", "Wins with clearing price and floor in one currency."),
        TableColumn("clearing_micros", pl.Int64(), "Their clearing prices, summed.", "micros CPM"),
        TableColumn("won_floor_micros", pl.Int64(), "Their floors, summed.", "micros CPM"),
        count("timed_impressions", "Impressions at or after their bid request."),
        count("impressions_before_request", "Impressions that seem to come before it: clocks disagree."),
        TableColumn("latency_us", pl.Int64(), "From bid request to impression, summed over the timed.", "us"),
        *rates(FUNNEL_RATES),
    ),
)

NOTICED = (
    "bids",
    "losses",
    "wins",
    "billing_notices",
    "orphan_outcomes",
    "priced_wins",
    "clearing_micros",
    "won_floor_micros",
)
"""What only auction outcomes tell."""

REQUESTED = (
    "bid_requests",
    "orphan_impressions",
    "timed_impressions",
    "impressions_before_request",
    "latency_us",
)
"""What only bid requests tell."""

CONVERSION_DAILY = _mart(
    "conversion_daily",
    "Conversions by type: value, share with a touch, time to convert.",
    (EVENT_DATE, CAMPAIGN, TableColumn("conversion_type", pl.String(), "signup, purchase, download, ...")),
    (
        count("conversions", "Conversions."),
        count("valued_conversions", "Conversions that carry revenue."),
        count("touched_conversions", "Conversions that at least one touch preceded within its window."),
        CURRENCY,
        money("revenue_micros", "What they were worth, refunds subtracted."),
        count(
            "money_rows_left_out", "Conversions with revenue in another currency, which the sum leaves out."
        ),
        TableColumn("time_to_convert_us", pl.Int64(), "From first touch to conversion, summed.", "us"),
        *rates(CONVERSION_RATES),
    ),
)

CONVERSION = (
    EVENT_DATE,
    TableColumn("conversion_id", pl.String(), "The conversion (its `event_id` in silver)."),
)
USER_BUCKET = TableColumn("user_bucket", pl.Int64(), "The converting user's bucket, 0 to 63.")
CONVERSION_AT = TableColumn("conversion_at", UTC_MICROS, "When it happened.")

CONVERSION_PATHS = _mart(
    "conversion_paths",
    "The touches that compete for each conversion, in order of time.",
    CONVERSION,
    (
        TableColumn("conversion_type", pl.String(), "signup, purchase, download, ..."),
        TableColumn("campaign_id", pl.String(), "The campaign that the conversion itself names."),
        USER_BUCKET,
        CONVERSION_AT,
        TableColumn(
            "path", pl.String(), "Campaigns of the competing touches, joined by ` > `; empty without any."
        ),
        count("path_length", "Competing touches, at most 50."),
        TableColumn("capped", pl.Boolean(), "Whether there were more touches than the path shows."),
        TableColumn("first_touch_at", UTC_MICROS, "The earliest touch of the path."),
        TableColumn("time_to_convert_us", pl.Int64(), "From the earliest touch to the conversion.", "us"),
        money("revenue_micros", "What it was worth."),
        TableColumn("currency", pl.String(), "The currency of the revenue."),
    ),
)

ATTRIBUTION = Table(
    layer="gold",
    name="attribution",
    description="The credit of every touch for every conversion under every model, exact to the micro.",
    columns=(
        *CONVERSION,
        TableColumn("touch_id", pl.String(), "The touch (its `event_id` in silver); null if unattributed."),
        TableColumn("touch_type", pl.String(), "click, view or unattributed."),
        TableColumn("model", pl.String(), "The attribution model."),
        TableColumn("campaign_id", pl.String(), "The touch's campaign."),
        TableColumn("creative_id", pl.String(), "The touch's creative."),
        TableColumn("website", pl.String(), "The touch's website."),
        TableColumn(
            "credit_micros", pl.Int64(), "Its share; sums to 1,000,000 per conversion and model.", "micros"
        ),
        money("revenue_micros", "The revenue by the same share; sums to the conversion's."),
        TableColumn("currency", pl.String(), "The currency of the revenue."),
        TableColumn("capped", pl.Boolean(), "Whether only the latest touches of the conversion competed."),
        CONVERSION_AT,
        TableColumn("touch_at", UTC_MICROS, "When the touch happened; null if unattributed."),
        USER_BUCKET,
    ),
    grain="one touch of one conversion under one model",
    grain_columns=("event_date", "conversion_id", "model", "touch_type", "touch_id", "touch_at"),
    partition_by=("event_date",),
)

ATTRIBUTION_DAILY = _mart(
    "attribution_daily",
    "Conversions and revenue that each campaign earned, by model.",
    (EVENT_DATE, TableColumn("model", pl.String(), "The attribution model."), CAMPAIGN),
    (
        TableColumn(
            "credit_micros", pl.Int64(), "Conversions earned, in millionths; sums to the date's.", "micros"
        ),
        count("credited_conversions", "Conversions in which the campaign has a part."),
        CURRENCY,
        money("revenue_micros", "Revenue earned, by the same credit."),
        count("money_rows", "Conversions with revenue, one per part."),
        count("money_rows_left_out", "Those of them in another currency, which the sum leaves out."),
    ),
)

GOLD_TABLES = (
    CAMPAIGN_DAILY,
    CAMPAIGN_HOURLY,
    CREATIVE_DAILY,
    WEBSITE_DAILY,
    CAMPAIGN_REPORTING_DAILY,
    CAMPAIGN_PACING,
    AUCTION_FUNNEL,
    CONVERSION_PATHS,
    CONVERSION_DAILY,
    ATTRIBUTION,
    ATTRIBUTION_DAILY,
)
"""Every gold table."""
