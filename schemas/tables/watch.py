"""Activity as a table: the counts that anomalies are found in, small enough to read four weeks of them at once."""

import polars as pl

from schemas.tables.table import Table, TableColumn

ACTIVITY = Table(
    layer="ops",
    name="activity",
    description="Events by quarter hour, segment and measure; a date is counted anew when its silver changes.",
    columns=(
        TableColumn("feed", pl.String(), "The feed."),
        TableColumn("event_date", pl.Date(), "The date that the counted rows were routed to."),
        TableColumn("bucket_us", pl.Int64(), "Start of the quarter hour, UTC.", "epoch microseconds"),
        TableColumn("kind", pl.String(), "all, campaign, site or field."),
        TableColumn("segment", pl.String(), "Which campaign, site or unknown field; `all` for everything."),
        TableColumn("measure", pl.String(), "What is counted (`schemas.checks.signals`)."),
        TableColumn("value", pl.Int64(), "The count, or the sum in micros."),
    ),
    grain="one measure of one segment in one quarter hour, by feed and date",
    grain_columns=("feed", "event_date", "bucket_us", "kind", "segment", "measure"),
    partition_by=("feed", "event_date"),
)
