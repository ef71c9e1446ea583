"""Held batches as a table: what a gate kept from being committed, and what people did about it."""

import polars as pl

from schemas.tables.table import UTC_MICROS, Table, TableColumn

HELD = Table(
    layer="ops",
    name="held",
    description="Batches that a gate held before their commit, and their release; the last row of a batch and date "
    "counts.",
    columns=(
        TableColumn("batch", pl.String(), "silver.<feed> or gold.<mart>: all that is committed together."),
        TableColumn("event_date", pl.Date(), "The date whose rows are held."),
        TableColumn("state", pl.String(), "held, released (a person said: try again) or passed (a run succeeded)."),
        TableColumn("why", pl.String(), "What the gate said."),
        TableColumn("code_version", pl.String(), "The code that was held; other code is tried without a release."),
        TableColumn("by", pl.String(), "Who released it."),
        TableColumn("note", pl.String(), "What they said."),
        TableColumn("run_id", pl.String(), "The run that was held, or passed."),
        TableColumn("written_at", UTC_MICROS, "When."),
    ),
    grain="one change of one held date",
    append_only=True,
)
