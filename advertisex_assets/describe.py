"""Describe: tables and receipts as Dagster shows them: columns with units, row counts, small pictures."""

import polars as pl
from dagster import MetadataValue, TableColumn, TableSchema

from schemas.tables.table import Table

Metadata = dict[str, MetadataValue]  # type: ignore[type-arg]

MOST_DRIFT = 20
"""Fields shown of a run; `advertisex feed drift` shows all."""

BAR = "▇"
BAR_WIDTH = 30
"""Characters of the longest bar: fits a UI panel and a phone."""


def definition_metadata(table: Table, uri: str | None = None) -> Metadata:
    """What is always true of a table: its columns, and what one row is."""
    columns = [
        TableColumn(
            name=c.name, type=str(c.dtype), description=c.description + (f" [{c.unit}]" if c.unit else "")
        )
        for c in table.columns
    ]
    return {
        "dagster/column_schema": MetadataValue.table_schema(TableSchema(columns=columns)),
        "dagster/table_name": MetadataValue.text(table.full_name),
        "grain": MetadataValue.text(table.grain),
    }


def ledger_metadata(ledger: pl.DataFrame) -> Metadata:
    """What a silver run did: sums, and rows by date as a picture."""
    counts = ["received", "accepted", "duplicates", "conflicts", "quarantined", "excluded"]
    sums = (
        ledger.select(pl.col(counts).sum()).row(0, named=True) if ledger.height else dict.fromkeys(counts, 0)
    )
    metadata: Metadata = {name: MetadataValue.int(value) for name, value in sums.items()}
    metadata["dates"] = MetadataValue.int(ledger["event_date"].n_unique() if ledger.height else 0)
    if ledger.height:
        by_date = ledger.group_by("event_date").agg(pl.col("received").sum()).sort("event_date").tail(31)
        metadata["rows by date"] = MetadataValue.md(bars(by_date, "event_date", "received"))
        share = 100 * sums["quarantined"] / max(sums["received"], 1)
        metadata["refused share"] = MetadataValue.md(f"{share:.2f} %")
    return metadata


def drift_metadata(drift: pl.DataFrame) -> Metadata:
    """What a silver run found that the contract does not expect, the most frequent first."""
    if drift.is_empty():
        return {}
    by_field = drift.group_by("found", "field", "type").agg(pl.col("rows").sum())
    lines = [
        f"| {found} | `{field}` | {kind} | {rows:,} |"
        for found, field, kind, rows in by_field.sort(-pl.col("rows"), "field").head(MOST_DRIFT).iter_rows()
    ]
    table = "\n".join(["| found | field | type | rows |", "| --- | --- | --- | ---: |", *lines])
    return {"schema drift": MetadataValue.md(table)}


def bars(rows: pl.DataFrame, label: str, value: str) -> str:
    """A bar chart in text, one line a row."""
    most = max(rows[value].max() or 0, 1)
    lines = [
        f"{name!s} {BAR * round(BAR_WIDTH * amount / most)} {amount:,}"
        for name, amount in rows.select(label, value).iter_rows()
    ]
    return "```\n" + "\n".join(lines) + "\n```"
