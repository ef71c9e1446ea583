"""Ops: what the pipeline did, as tables."""

import polars as pl

from schemas.tables.bronze import COORDINATES
from schemas.tables.table import UTC_MICROS, Table, TableColumn

LEDGER = Table(
    layer="ops",
    name="ledger",
    description="What each silver write did to each date: the arithmetic that gated its commit.",
    columns=(
        TableColumn("feed", pl.String(), "The feed."),
        TableColumn("event_date", pl.Date(), "The date that was written."),
        TableColumn("mode", pl.String(), "incremental (rows were added) or rebuild (the date was replaced)."),
        TableColumn("bronze_version", pl.Int64(), "The bronze version that was read."),
        TableColumn("received", pl.Int64(), "Bronze rows read."),
        TableColumn("accepted", pl.Int64(), "Rows written to silver."),
        TableColumn("duplicates", pl.Int64(), "Rows of an event that another row won, same content."),
        TableColumn("conflicts", pl.Int64(), "Rows of an event that another row won, other content."),
        TableColumn("quarantined", pl.Int64(), "Rows refused."),
        TableColumn("excluded", pl.Int64(), "Rows that say nothing new (tombstones, repeats)."),
        TableColumn("run_id", pl.String(), "The run."),
        TableColumn("written_at", UTC_MICROS, "When."),
    ),
    grain="one write of one date",
    append_only=True,
    change_feed=True,
)

PRODUCED = Table(
    layer="ops",
    name="produced",
    description="What `advertisex produce` has sent of each file, as the brokers acknowledged it.",
    columns=(
        TableColumn("feed", pl.String(), "The feed."),
        TableColumn("topic", pl.String(), "The topic."),
        TableColumn("topic_id", pl.String(), "The topic's id: another one after it was created again."),
        TableColumn("path", pl.String(), "The file."),
        TableColumn("sha256", pl.String(), "The SHA-256 of its bytes, with which every `record-id` begins."),
        TableColumn("first_record", pl.Int64(), "The number of the first record of this stretch."),
        TableColumn("records", pl.Int64(), "How many records."),
        TableColumn("produced_at", UTC_MICROS, "When they were acknowledged."),
        TableColumn("run_id", pl.String(), "The run."),
    ),
    grain="one stretch of one file",
    append_only=True,
)

SCHEMA_DRIFT = Table(
    layer="ops",
    name="schema_drift",
    description="What records hold that their contract does not expect, by the date they were routed to.",
    columns=(
        TableColumn("feed", pl.String(), "The feed."),
        TableColumn("event_date", pl.Date(), "The date that the records were routed to."),
        TableColumn("found", pl.String(), "unknown_field (it is in `rescued`) or changed_type."),
        TableColumn("field", pl.String(), "The sender's field, or the contract's column whose type changed."),
        TableColumn("type", pl.String(), "What came: object, array, text, number, boolean or null."),
        TableColumn("rows", pl.Int64(), "Records with it, of one silver write: add them up."),
        *COORDINATES,
    ),
    grain="one field of one type in one write of a date; the coordinates are its first record's",
    partition_by=("feed", "event_date"),
    # Declared, since by default every column has statistics: names of fields would stand in the log.
    statistics_columns=("received_at",),
)
