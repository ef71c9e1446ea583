"""Silver: validated, deduplicated events, and what was kept out and why."""

import polars as pl

from schemas.columns import Column
from schemas.feed import Feed, Output
from schemas.tables.bronze import COORDINATES
from schemas.tables.table import UTC_MICROS, Table, TableColumn

CORE = (
    TableColumn(
        "event_id",
        pl.String(),
        "The sender's id of the event, or one made from its content (`content:...`).",
        required=True,
    ),
    TableColumn("event_at", UTC_MICROS, "When it happened.", required=True),
    TableColumn("event_date", pl.Date(), "The UTC date it happened on.", required=True),
    TableColumn("user_id", pl.String(), "The user's pseudonym; null for placeholders."),
    TableColumn(
        "user_bucket",
        pl.Int64(),
        "The user's bucket, 0 to 63; users without id have their event's bucket.",
        required=True,
    ),
    TableColumn(
        "campaign_id",
        pl.String(),
        "The campaign, from the record or its creative; `(unassigned)` if unknown.",
        required=True,
    ),
    TableColumn("creative_id", pl.String(), "The creative; `(unassigned)` if unknown.", required=True),
    TableColumn("website", pl.String(), "Where it happened, as sent."),
)
"""The same in every silver event table."""

LINEAGE = (
    TableColumn("flags", pl.List(pl.String()), "Codes of the rules it broke that let it in.", required=True),
    TableColumn(
        "content_hash", pl.String(), "The hash of its typed content (xxh3, 128 bits).", required=True
    ),
    TableColumn("rescued", pl.String(), "Fields that the contract does not know, as JSON."),
    *COORDINATES,
)

ENRICHED: tuple[tuple[str | None, tuple[TableColumn, ...]], ...] = (
    (
        None,
        (
            TableColumn(
                "advertiser_id",
                pl.String(),
                "The campaign's advertiser at the time of the event; null if unknown.",
            ),
            TableColumn("reporting_zone", pl.String(), "The time zone of the advertiser's days; null: UTC."),
        ),
    ),
    ("campaign_id", (TableColumn("stated_campaign_id", pl.String(), "The campaign that the record names."),)),
    ("creative_id", (TableColumn("stated_creative_id", pl.String(), "The creative that the record names."),)),
    (
        "website",
        (
            TableColumn(
                "website_domain", pl.String(), "The website's registrable domain; null for labels and apps."
            ),
        ),
    ),
    ("ip", (TableColumn("ip_key", pl.String(), "The full address's pseudonym: equal for equal addresses."),)),
    (
        "user_agent",
        (
            TableColumn("browser", pl.String(), "The browser's or app's family."),
            TableColumn("os", pl.String(), "The operating system's family."),
            TableColumn("device_class", pl.String(), "mobile, tablet, desktop, ctv or bot; null if unknown."),
            TableColumn("is_bot", pl.Boolean(), "Whether the user agent is a listed crawler's."),
        ),
    ),
)
"""Columns that enrichment adds, after the column that they are read from; a feed without it has none of them."""

CORE_NAMES = tuple(column.name for column in CORE)

FEED_COLUMN = TableColumn("feed", pl.String(), "The feed.")
EVENT_DATE = TableColumn("event_date", pl.Date(), "The date it was routed to.")


def silver_table(feed: Feed, output: Output) -> Table:
    """One of the silver tables that a feed fills: core, its own columns, enrichment, lineage."""
    own = tuple(_own(column) for column in feed.stored if column.name not in CORE_NAMES)
    return Table(
        layer="silver",
        name=output.table,
        description=output.description,
        columns=(*CORE, *own, *enriched(feed), *LINEAGE),
        grain="one event",
        grain_columns=("event_id", "event_date"),
        partition_by=("event_date",),
        statistics_columns=("event_id", "event_at", "user_bucket", "campaign_id", "received_at"),
    )


def enriched(feed: Feed) -> tuple[TableColumn, ...]:
    """The columns that enrichment adds to the feed's rows."""
    names = {column.name for column in feed.stored}
    return tuple(
        column for source, columns in ENRICHED if source is None or source in names for column in columns
    )


def silver_tables(feed: Feed) -> tuple[Table, ...]:
    """Every silver event table that a feed fills."""
    return tuple(silver_table(feed, output) for output in feed.outputs)


def _own(column: Column) -> TableColumn:
    return TableColumn(column.name, column.type.dtype, column.description, column.unit)


QUARANTINE = Table(
    layer="silver",
    name="quarantine",
    description="Every record that silver refused, with its bytes, where it stood and every rule it broke.",
    columns=(
        FEED_COLUMN,
        EVENT_DATE,
        TableColumn("codes", pl.List(pl.String()), "Every refusal code it broke."),
        TableColumn("rule_versions", pl.List(pl.String()), "The same with the severity and version of their rules."),
        TableColumn("flags", pl.List(pl.String()), "Codes that alone would have let it in."),
        TableColumn("detail", pl.String(), "What the decoder said, where it could not read the bytes."),
        TableColumn("payload", pl.Binary(), "The record's own bytes."),
        TableColumn("codec", pl.String(), "What split it."),
        TableColumn("header", pl.String(), "What decoding needs beside the payload."),
        TableColumn("headers", pl.String(), "The Kafka headers, as JSON: producers name themselves there."),
        TableColumn(
            "price_micros", pl.Int64(), "The spend or revenue at risk, where it could be read.", "micros"
        ),
        TableColumn("contract_version", pl.String(), "The contract that refused it."),
        *COORDINATES,
        TableColumn("run_id", pl.String(), "The run that landed it."),
    ),
    grain="one refused record",
    grain_columns=("source", "partition", "offset", "record_index"),
    partition_by=("feed", "event_date"),
    # Declared, since by default every column has statistics: payloads and details would stand in the log.
    statistics_columns=("received_at", "source", "partition", "offset"),
)

DUPLICATES = Table(
    layer="silver",
    name="duplicates",
    description="Every record of an event that another record won: same content, or a conflict.",
    columns=(
        FEED_COLUMN,
        EVENT_DATE,
        TableColumn("event_id", pl.String(), "The event.", required=True),
        TableColumn("outcome", pl.String(), "duplicate (same content) or conflict (same id, other content)."),
        TableColumn("event_at", UTC_MICROS, "When this record says that it happened."),
        TableColumn("content_hash", pl.String(), "The hash of this record's content."),
        *COORDINATES,
        TableColumn(
            "payload", pl.Binary(), "The bytes of a conflict; null for a duplicate, whose winner has them."
        ),
        *(
            TableColumn(f"winner_{column.name}", column.dtype, f"The winner's {column.name}.")
            for column in COORDINATES
            if column.name != "source_name"
        ),
    ),
    grain="one record that lost",
    grain_columns=("source", "partition", "offset", "record_index"),
    partition_by=("feed", "event_date"),
    statistics_columns=("event_id", "received_at", "source", "partition", "offset"),
)

INVALID_TRAFFIC = Table(
    layer="silver",
    name="invalid_traffic",
    description="Every impression, click and conversion that no person can have made, with the reasons (MRC GIVT).",
    columns=(
        EVENT_DATE,
        TableColumn("table", pl.String(), "impressions, clicks or conversions."),
        TableColumn("event_id", pl.String(), "The event in that table."),
        TableColumn(
            "reason", pl.String(), "The first of its reasons: counts by it add up to the invalid events."
        ),
        TableColumn("reasons", pl.List(pl.String()), "Every rule it breaks, in order of the rules."),
        TableColumn("rule_versions", pl.List(pl.String()), "The same with the version that found it."),
    ),
    grain="one invalid event",
    grain_columns=("event_date", "table", "event_id"),
    partition_by=("event_date",),
    statistics_columns=("table", "event_id"),
)
