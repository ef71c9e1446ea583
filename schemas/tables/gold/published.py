"""Published numbers: what was told once a day was final, what changed since, and how complete each day is."""

import polars as pl

from schemas.tables.gold.columns import EVENT_DATE, count, summary
from schemas.tables.table import UTC_MICROS, Table, TableColumn

ALL_CAMPAIGNS = "(all)"
"""Campaign of the sums over a day's campaigns."""

METRIC = TableColumn("metric", pl.String(), "The column of gold.campaign_daily.")
PUBLISHED_CAMPAIGN = TableColumn(
    "campaign_id", pl.String(), "The campaign; `(all)` for the sum over campaigns."
)
REVISION = count("revision", "1 when the day was finalised, and one more for every accepted restatement.")

PUBLISHED = Table(
    layer="gold",
    name="published",
    description="Campaign numbers as published: when a day was finalised, and again whenever changes were accepted.",
    columns=(
        EVENT_DATE,
        REVISION,
        PUBLISHED_CAMPAIGN,
        METRIC,
        TableColumn("value", pl.Int64(), "What was published; money in micros."),
        TableColumn(
            "cause", pl.String(), "Why this revision differs from the one before; null for the first."
        ),
        TableColumn("rules", pl.String(), "Contract and code versions that it was made by."),
        TableColumn("reference", pl.String(), "Digest of the reference rows that held on the day."),
        TableColumn("published_at", UTC_MICROS, "When."),
        TableColumn("run_id", pl.String(), "The run."),
    ),
    grain="one number of one revision",
    grain_columns=("event_date", "revision", "campaign_id", "metric"),
    partition_by=("event_date",),
    append_only=True,
)

RESTATEMENTS = summary(
    "restatements",
    "Published numbers that changed: accepted ones, and those that wait for someone to accept them.",
    (EVENT_DATE, REVISION, PUBLISHED_CAMPAIGN, METRIC),
    (
        TableColumn("before", pl.Int64(), "The number before; 0 where there was none."),
        TableColumn("after", pl.Int64(), "The number after; 0 where there is none."),
        TableColumn("status", pl.String(), "pending or accepted."),
        TableColumn(
            "cause", pl.String(), "late_data, rule_change, reference_change, or what was said on acceptance."
        ),
    ),
)

ADVERTISER = TableColumn("advertiser_id", pl.String(), "The advertiser; `(unknown)` where silver knows none.")

ARRIVALS = summary(
    "arrivals",
    "How long after the start of its day each event was received: arrival curves.",
    (
        EVENT_DATE,
        ADVERTISER,
        TableColumn(
            "age_hours", pl.Int64(), "Whole hours from the day's start to receipt, at most 192.", "hours"
        ),
    ),
    (count("events", "Impressions, clicks, conversions and engagements received in that hour."),),
)

DAY_STATUS = Table(
    layer="gold",
    name="day_status",
    description="How complete and how final each day is, as of `computed_at`; the one gold table that needs a clock.",
    columns=(
        EVENT_DATE,
        ADVERTISER,
        count("events", "Events so far."),
        TableColumn(
            "expected_events", pl.Float64(), "Events usual at that age; null until a day of its kind settled."
        ),
        TableColumn("completeness", pl.Float64(), "Events per expected events.", "ratio"),
        TableColumn("age_hours", pl.Int64(), "Hours since the day began.", "hours"),
        TableColumn("is_final", pl.Boolean(), "Whether the day's numbers are published."),
        count("revision", "The published revision; 0 before the first."),
        count("pending_restatements", "Published numbers that differ from what silver now says."),
        TableColumn("computed_at", UTC_MICROS, "The clock's time."),
    ),
    grain="event_date x advertiser_id",
    grain_columns=("event_date", "advertiser_id"),
)
