"""Bronze: what was received, byte for byte, with its coordinates."""

import polars as pl

from schemas.feed import Feed
from schemas.tables.table import UTC_MICROS, Table, TableColumn

COORDINATES = (
    TableColumn(
        "source", pl.String(), "Where it came from: `kafka:<topic id>` or `file:<sha256>`.", required=True
    ),
    TableColumn("source_name", pl.String(), "The topic or path, for people.", required=True),
    TableColumn("partition", pl.Int64(), "The Kafka partition; 0 for files.", required=True),
    TableColumn(
        "offset",
        pl.Int64(),
        "The Kafka offset; for files the byte position in the uncompressed file.",
        required=True,
    ),
    TableColumn("record_index", pl.Int64(), "Which record of its message; 0 for files.", required=True),
    TableColumn(
        "received_at", UTC_MICROS, "The broker's time; for files when they were landed.", required=True
    ),
)
"""Together they name one record for ever; `received_at` and the rest in this order are the order key."""

ORDER_KEY = ("received_at", "source", "partition", "offset", "record_index")
"""Of two records of one event the smaller wins (design, invariant 4)."""

POSITION = ("source", "partition", "offset", "record_index")
"""What identifies a received record."""

RECORD = "record"
TOMBSTONE = "tombstone"
BROKEN = "broken"
REPEAT = "repeat"
"""Kinds of bronze rows; a broken row stands for the rest of a file, or a message, that could not be cut, and its
header says why; a repeat is a replayed record that bronze had already."""

ERASED = "erased"
"""The kind of a row whose person was erased: its coordinates stay, everything that the person sent is gone."""

EXCLUDED_KINDS = (TOMBSTONE, REPEAT, ERASED)
"""What silver leaves out: received, counted as excluded, and no event."""

ROUTED_BY_EVENT_TIME = "event_time"
ROUTED_BY_TRANSPORT_TIME = "transport_time"
ROUTED_UNREADABLE = "unreadable"
ROUTED_OUT_OF_RANGE = "out_of_range"
ROUTED_BY_LANDING = "landing"
"""Of a row that was routed again: its time can no longer be read, and what landing decided stands."""

BRONZE_COLUMNS = (
    TableColumn(
        "kind",
        pl.String(),
        "record, tombstone (no value), broken (could not be cut), repeat (a replayed record landed before) or erased.",
    ),
    TableColumn("payload", pl.Binary(), "The record's own bytes."),
    TableColumn("codec", pl.String(), "What split it, and will decode it."),
    TableColumn(
        "header",
        pl.String(),
        "What decoding needs beside the payload: a CSV header or an Avro schema; of a broken row the reason.",
    ),
    *COORDINATES,
    TableColumn("key", pl.Binary(), "The Kafka key."),
    TableColumn(
        "headers", pl.String(), "The Kafka headers, as JSON; names and values in base64 where they are not UTF-8."
    ),
    TableColumn("record_id", pl.String(), "The `record-id` header of a replayed file's record."),
    TableColumn("event_date", pl.Date(), "The date it is routed to, on the event clock."),
    TableColumn("routed_by", pl.String(), "event_time, transport_time, unreadable or out_of_range."),
    TableColumn("landing_date", pl.Date(), "The date of landing (UTC)."),
    TableColumn("landed_at", UTC_MICROS, "When it was landed."),
    TableColumn("run_id", pl.String(), "The run that landed it."),
)


def bronze_table(feed: Feed) -> Table:
    """The bronze table of a feed."""
    return Table(
        layer="bronze",
        name=feed.name,
        description=f"{feed.description} Every byte received, with its coordinates.",
        columns=BRONZE_COLUMNS,
        grain="one received record",
        grain_columns=POSITION,
        partition_by=("landing_date",),
        append_only=True,
        change_feed=True,
        statistics_columns=(
            "event_date",
            "received_at",
            "source",
            "partition",
            "offset",
            "landed_at",
            "kind",
            # Replays ask which of their records bronze has.
            "record_id",
        ),
    )


def routes_table(feed: Feed) -> Table:
    """The later decisions about where the feed's bronze rows belong; the latest of each row wins."""
    return Table(
        layer="bronze",
        name=f"{feed.name}_routes",
        description=f"Rows of bronze.{feed.name} that belong to another date than landing found, by decision.",
        columns=(
            *(column for column in COORDINATES if column.name in POSITION),
            TableColumn(
                "landing_date", pl.Date(), "The date of landing (UTC): its place in bronze.", required=True
            ),
            TableColumn("first_date", pl.Date(), "The date that landing routed it to.", required=True),
            TableColumn("from_date", pl.Date(), "The date that it leaves.", required=True),
            TableColumn("event_date", pl.Date(), "The date that it is routed to.", required=True),
            TableColumn("routed_by", pl.String(), "event_time, transport_time or landing.", required=True),
            TableColumn(
                "decision", pl.Int64(), "Its number: of two about a row the higher stands.", required=True
            ),
            TableColumn(
                "contract_version", pl.String(), "The contract that read its time so.", required=True
            ),
            TableColumn("decided_at", UTC_MICROS, "When.", required=True),
            TableColumn("run_id", pl.String(), "The run that decided.", required=True),
        ),
        grain="one decision about one record",
        grain_columns=(*POSITION, "decision"),
        append_only=True,
    )


FILES = Table(
    layer="bronze",
    name="files",
    description="Every arrival of a file, landed again or not.",
    columns=(
        TableColumn("feed", pl.String(), "The feed it was landed for."),
        TableColumn("path", pl.String(), "Where it was read from."),
        TableColumn("source", pl.String(), "`file:<sha256>` of its first landing."),
        TableColumn("sha256", pl.String(), "The SHA-256 of its bytes at this arrival."),
        TableColumn("size_bytes", pl.Int64(), "Its size.", "bytes"),
        TableColumn("records", pl.Int64(), "How many records it brought, or would have brought."),
        TableColumn("outcome", pl.String(), "landed, grown, already_landed or unreadable."),
        TableColumn("reason", pl.String(), "Why it is unreadable or broken."),
        TableColumn("modified_at", UTC_MICROS, "Its modification time."),
        TableColumn("arrived_at", UTC_MICROS, "When it was landed."),
        TableColumn("run_id", pl.String(), "The run that landed it."),
    ),
    grain="one arrival of one file",
    append_only=True,
)

ORIGINALS = Table(
    layer="bronze",
    name="originals",
    description="The bytes of every landed file, in pieces, so that it can be exported with the same SHA-256.",
    columns=(
        TableColumn("source", pl.String(), "`file:<sha256>` of its first landing."),
        TableColumn("position", pl.Int64(), "Where the piece begins.", "bytes"),
        TableColumn("content", pl.Binary(), "The piece; null where somebody in the file was erased."),
        TableColumn("landing_date", pl.Date(), "The date of landing (UTC)."),
    ),
    grain="one piece of one file",
    grain_columns=("source", "position"),
    partition_by=("landing_date",),
    append_only=True,
    statistics_columns=("source", "position"),
)
