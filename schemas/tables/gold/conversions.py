"""Conversions: what led to them, what they were worth, and who earned them."""

import polars as pl

from schemas.metrics import CONVERSION_RATES
from schemas.tables.gold.columns import CAMPAIGN, CURRENCY, EVENT_DATE, count, mart, money, rates, summary
from schemas.tables.table import UTC_MICROS, Pieces, Table, TableColumn

CONVERSION_DAILY = summary(
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

BY_BUCKET = Pieces(row_group_rows=8_192, file_bytes=1_000_000)
"""A late touch replaces one user bucket of a date: of a large date, a file or two."""

CONVERSION_PATHS = mart(
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
    sort_by=("user_bucket",),
    pieces=BY_BUCKET,
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
    sort_by=("user_bucket",),
    pieces=BY_BUCKET,
)

ATTRIBUTION_DAILY = summary(
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
