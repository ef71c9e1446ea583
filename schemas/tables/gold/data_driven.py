"""Data-driven attribution: what each channel was worth in a month, learned from the journeys of the month."""

import polars as pl

from schemas.tables.gold.columns import count, mart
from schemas.tables.table import TableColumn

TRAINING_MONTH = TableColumn(
    "training_month", pl.Date(), "The first day of the month whose journeys were learned from (UTC)."
)

DATA_DRIVEN = mart(
    "data_driven",
    "What campaigns, creatives and websites were worth in a month, by Markov removal effect and by Shapley value.",
    (
        TRAINING_MONTH,
        TableColumn("dimension", pl.String(), "What a channel is: campaign_id, creative_id or website."),
        TableColumn("model", pl.String(), "markov_1, markov_2, markov_3 (order of the chain) or shapley."),
        TableColumn(
            "channel",
            pl.String(),
            "The campaign, creative or website; `(other)` for all but the 50 most touched, `(unknown)` if not told.",
        ),
    ),
    (
        TableColumn(
            "effect",
            pl.Float64(),
            "Share of conversions lost without the channel (Markov), or its part of the conversion rate (Shapley).",
        ),
        TableColumn(
            "standard_error",
            pl.Float64(),
            "Of the effect: 0 where exact, above 0 where Shapley is sampled (more than 16 channels).",
        ),
        TableColumn(
            "credit_micros",
            pl.Int64(),
            "Its share of the month's conversions; sums to 1,000,000 per dimension and model.",
            "micros",
        ),
        count("journeys", "Journeys that were learned from."),
        count("conversions", "Those of them that converted."),
    ),
)
