"""Alerts and checks as tables: what went wrong, who was told, what was checked. Not here: what they mean."""

import polars as pl

from schemas.tables.table import UTC_MICROS, Table, TableColumn

ALERTS = Table(
    layer="ops",
    name="alerts",
    description="The journal of incidents and of the messages about them; the last row of an id is its present state.",
    columns=(
        TableColumn("sequence", pl.Int64(), "The order of writing; rows of one commit share it."),
        TableColumn("entry", pl.String(), "incident or delivery."),
        TableColumn("entry_id", pl.String(), "The id of the incident or the delivery."),
        TableColumn(
            "state", pl.String(), "open, acknowledged, resolved; pending, delivered, undeliverable, dropped."
        ),
        TableColumn("key", pl.String(), "The incident's cause: incidents are deduplicated by it."),
        TableColumn("kind", pl.String(), "The alert's kind, named like its runbook."),
        TableColumn("severity", pl.String(), "critical, error, warning or info."),
        TableColumn("subject", pl.String(), "What is hit: a feed, a table, a job, a campaign."),
        TableColumn("summary", pl.String(), "What a person is told."),
        TableColumn("since", UTC_MICROS, "Since when it has been so."),
        TableColumn("occurrences", pl.Int64(), "How often it was seen."),
        TableColumn("impact_rows", pl.Int64(), "How many records are concerned, where that is known."),
        TableColumn(
            "impact_micros", pl.Int64(), "How much money is concerned, where that is known.", "micros"
        ),
        TableColumn("impact_currency", pl.String(), "The currency of that money."),
        TableColumn("by", pl.String(), "Who acknowledged or resolved it."),
        TableColumn("note", pl.String(), "What they said."),
        TableColumn("receiver", pl.String(), "Who a message is for."),
        TableColumn("action", pl.String(), "trigger, remind, acknowledge or resolve."),
        TableColumn("attempts", pl.Int64(), "How often its delivery was tried."),
        TableColumn("error", pl.String(), "Why the last attempt failed."),
        TableColumn("opened_at", UTC_MICROS, "When the incident was opened, or the message made."),
        TableColumn("ended_at", UTC_MICROS, "When it was resolved, or delivered, or given up."),
        TableColumn("written_at", UTC_MICROS, "When this row was written."),
        TableColumn("document", pl.String(), "Everything about it, as JSON."),
    ),
    grain="one change of one incident or delivery",
    grain_columns=("entry_id", "sequence"),
    append_only=True,
)

CHECKS = Table(
    layer="ops",
    name="checks",
    description="What every check said about every date it looked at; the last row of a check and date counts.",
    columns=(
        TableColumn("check_name", pl.String(), "The check."),
        TableColumn("subject", pl.String(), "The table or feed it looked at."),
        TableColumn("event_date", pl.Date(), "The date it looked at; null where it looks at all of them."),
        TableColumn("passed", pl.Boolean(), "What it said."),
        TableColumn("blocking", pl.Boolean(), "Whether a batch that breaks it is held."),
        TableColumn("severity", pl.String(), "How bad it is if it fails."),
        TableColumn("observed", pl.Float64(), "What was measured, where that is one number."),
        TableColumn("expected", pl.Float64(), "What it was measured against."),
        TableColumn("explanation", pl.String(), "One sentence."),
        TableColumn("run_id", pl.String(), "The run."),
        TableColumn("checked_at", UTC_MICROS, "When."),
    ),
    grain="one verdict of one check on one date",
    append_only=True,
)
