"""Erasures as a table: who was erased, when, from where, and whether the last byte is gone. It names nobody."""

import polars as pl

from schemas.tables.table import UTC_MICROS, Table, TableColumn

REQUESTED = "requested"
ERASED = "erased"
VERIFIED = "verified"
"""Stages of an erasure: begun; gone from the current version of every table; gone from every file."""

ERASURES = Table(
    layer="ops",
    name="erasures",
    description="Receipts of erasures, a row for each stage. Persons are named by a keyed hash used nowhere else.",
    columns=(
        TableColumn("subject", pl.String(), "The person, as a keyed hash that stands in no other table."),
        TableColumn("stage", pl.String(), "requested, erased (from current versions) or verified (from all files)."),
        TableColumn("at", UTC_MICROS, "When."),
        TableColumn("bronze_rows", pl.Int64(), "Received records that were blanked.", "count"),
        TableColumn("original_files", pl.Int64(), "Landed files whose original bytes were dropped.", "count"),
        TableColumn("silver_rows", pl.Int64(), "Rows under the person's pseudonym when it began.", "count"),
        TableColumn("event_dates", pl.List(pl.String()), "The dates that were made anew."),
        TableColumn("republished_dates", pl.List(pl.String()), "Published dates that were restated for it."),
        TableColumn("purge_after", UTC_MICROS, "From when on upkeep removes the files of older versions."),
        TableColumn("files_scanned", pl.Int64(), "Files that verification has read.", "count"),
        TableColumn("files_with_hits", pl.Int64(), "Those in which the person was still found.", "count"),
        TableColumn("run_id", pl.String(), "The run."),
    ),
    grain="one stage of one erasure",
    append_only=True,
)
