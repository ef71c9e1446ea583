"""Reach: different users per day, exact and as mergeable sketches."""

import polars as pl

from schemas.metrics import REACH_RATES
from schemas.tables.gold.columns import CAMPAIGN, EVENT_DATE, WEBSITE, count, rates, summary
from schemas.tables.table import TableColumn

REACH = (
    count("users", "Different known users with a valid impression, exact."),
    count("impressions", "Valid impressions shown to them."),
    TableColumn(
        "users_sketch",
        pl.Binary(),
        "The users as an Apache DataSketches HyperLogLog (lg k 12): merge rows for the reach of any days or sites, "
        "with a standard error of 1.63%.",
    ),
    *rates(REACH_RATES),
)

CAMPAIGN_REACH = summary(
    "campaign_reach", "Reach and frequency of each campaign by UTC day.", (EVENT_DATE, CAMPAIGN), REACH
)
USER_REACH = summary(
    "user_reach",
    "Reach and frequency of each campaign on each website by UTC day.",
    (EVENT_DATE, CAMPAIGN, WEBSITE),
    REACH,
)
