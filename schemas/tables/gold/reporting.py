"""Marts by day of the advertiser's time zone: performance, and pacing against budgets."""

import polars as pl

from schemas.metrics import PACING_RATES
from schemas.tables.gold.columns import CAMPAIGN, count, money, rates, summary
from schemas.tables.gold.performance import PERFORMANCE
from schemas.tables.table import TableColumn

REPORTING_DATE = TableColumn("reporting_date", pl.Date(), "The day in the advertiser's reporting zone.")

CAMPAIGN_REPORTING_DAILY = summary(
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

CAMPAIGN_PACING = summary(
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
