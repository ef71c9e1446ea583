"""Conversions as they stand after adjustments, in the reporting currency: what all other marts count and credit."""

import polars as pl

from schemas.tables.gold.columns import CAMPAIGN, CREATIVE, EVENT_DATE, count, mart, money
from schemas.tables.table import UTC_MICROS, TableColumn

EVENT_ID = TableColumn("event_id", pl.String(), "The conversion (its `event_id` in silver).")
STATED_CURRENCY = TableColumn("stated_currency", pl.String(), "The currency that it came in.")

CONVERSIONS = mart(
    "conversions",
    "Each conversion on its own date, as it stands after refunds and other adjustments; retracted ones are left out.",
    (EVENT_DATE, EVENT_ID),
    (
        TableColumn("event_at", UTC_MICROS, "When it happened."),
        TableColumn("user_id", pl.String(), "The user's pseudonym."),
        TableColumn("user_bucket", pl.Int64(), "The user's bucket, 0 to 63."),
        CAMPAIGN,
        CREATIVE,
        TableColumn("website", pl.String(), "Where it happened."),
        TableColumn("advertiser_id", pl.String(), "The campaign's advertiser; null if unknown."),
        TableColumn("reporting_zone", pl.String(), "The time zone of the advertiser's days; null: UTC."),
        TableColumn("conversion_type", pl.String(), "signup, purchase, download, ..."),
        TableColumn("impression_id", pl.String(), "The impression that it names."),
        TableColumn("click_id", pl.String(), "The click that it names."),
        money("revenue_micros", "What it was worth, adjusted."),
        TableColumn("currency", pl.String(), "The currency of the revenue; null where no rate is known."),
        TableColumn("stated_revenue_micros", pl.Int64(), "What it was worth when it came.", "micros"),
        STATED_CURRENCY,
        count("adjustments", "Adjustments that name it and count."),
    ),
)

ADJUSTMENTS_LEFT_OUT = mart(
    "adjustments_left_out",
    "Adjustments that change no conversion: none within 90 days before has the id, or no rate is known.",
    (EVENT_DATE, TableColumn("adjustment_id", pl.String(), "The adjustment (its `event_id` in silver).")),
    (
        TableColumn("conversion_id", pl.String(), "The conversion that it names."),
        TableColumn("adjustment_type", pl.String(), "refund, restatement or retraction."),
        TableColumn("value_micros", pl.Int64(), "Its value, as stated.", "micros"),
        STATED_CURRENCY,
    ),
)
