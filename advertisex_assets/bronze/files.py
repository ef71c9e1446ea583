"""Files: lands a file exactly once, by the identity of its content, in batches that each commit rows and progress."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from advertisex_assets.bronze.arrival import (
    ALREADY_LANDED,
    GROWN,
    LANDED,
    UNREADABLE,
    Arrival,
    recognise,
    record_arrival,
)
from advertisex_assets.bronze.cut import Batch, batches
from advertisex_assets.bronze.originals import keep_original
from advertisex_assets.bronze.stamp import stamp
from resources.files import SourceFile
from resources.lake import CommitConflictError, Lake, LakeTable, Marks
from resources.run import Run
from schemas.codecs.base import BROKEN
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.errors import AdvertiseXError
from schemas.feed import Feed
from schemas.tables.bronze import FILES, bronze_table

ATTEMPTS = 20
"""How often landing starts again when another process lands the same file at the same moment."""


@dataclass(frozen=True)
class FileReceipt:
    """What landing one file did: its records, how many of them were new, and the outcome."""

    feed: str
    path: str
    outcome: str
    records: int
    landed: int


def land_file(
    lake: Lake,
    feed: Feed,
    file: SourceFile,
    run: Run,
    schemas: SchemaSource = NO_SCHEMAS,
    as_new: bool = False,
) -> FileReceipt:
    """Lands a file, its grown tail, or nothing if its content was landed before (under whatever name).

    A process that dies half-way leaves whole batches behind; landing the file again goes on after them.
    """
    for _ in range(ATTEMPTS):
        arrival = recognise(file, feed.name, lake.open(FILES), as_new)
        try:
            return _land(lake, feed, arrival, run, schemas)
        except CommitConflictError:
            continue
    raise AdvertiseXError(
        f"{file.path} is being landed by other processes; {ATTEMPTS} attempts met them. Run it again."
    )


def _land(lake: Lake, feed: Feed, arrival: Arrival, run: Run, schemas: SchemaSource) -> FileReceipt:
    files = lake.open(FILES)
    if arrival.is_known:
        return _finish(files, feed, arrival, run, arrival.landed_records, ALREADY_LANDED, None, 0)
    keep_original(lake, arrival, run)
    bronze = lake.open(bronze_table(feed))
    reason, outcome = None, GROWN if arrival.grown_from_bytes else LANDED
    for batch in batches(feed, arrival.file):
        _append(bronze, feed, arrival, batch, run, schemas)
        if batch.records[-1].kind == BROKEN:
            reason = batch.records[-1].header
            outcome = UNREADABLE if batch.first + len(batch.records) == 1 else outcome
    landed = (bronze.mark(arrival.source) or 0) - arrival.landed_records
    return _finish(files, feed, arrival, run, landed, outcome, reason, landed)


def _append(
    bronze: LakeTable, feed: Feed, arrival: Arrival, batch: Batch, run: Run, schemas: SchemaSource
) -> None:
    done = bronze.mark(arrival.source) or 0
    fresh = list(_fresh(batch, arrival, done))
    if not fresh:
        return
    rows = record_rows(feed, arrival, batch, fresh, run)
    stamped = stamp(feed, rows, run.clock(), run.run_id, schemas)
    run.step("bronze:append")
    bronze.append(stamped, Marks({arrival.source: max(done, batch.first + len(batch.records))}))


def _fresh(batch: Batch, arrival: Arrival, done: int) -> Iterator[int]:
    """Which records of the batch are not landed yet; of a grown file also the last old one, if it has grown too."""
    for place, record in enumerate(batch.records):
        straddles = record.position < arrival.grown_from_bytes < record.position + len(record.payload)
        if batch.first + place >= done or straddles:
            yield place


def record_rows(feed: Feed, arrival: Arrival, batch: Batch, fresh: list[int], run: Run) -> pl.DataFrame:
    """The chosen records of a batch with every bronze column that receiving them gives (see `stamp` for the rest)."""
    records = [batch.records[place] for place in fresh]
    # A record that grew keeps its position: the number of the arrival tells its versions apart.
    again = [arrival.earlier if r.position < arrival.grown_from_bytes else 0 for r in records]
    table = bronze_table(feed)
    return pl.DataFrame(
        {
            "kind": [record.kind for record in records],
            "payload": [record.payload for record in records],
            "header": [record.header for record in records],
            "offset": [record.position for record in records],
            "record_index": [
                record.record_index + extra for record, extra in zip(records, again, strict=True)
            ],
        },
        schema={name: table.schema[name] for name in ("kind", "payload", "header", "offset", "record_index")},
    ).with_columns(
        pl.lit(batch.codec.name).alias("codec"),
        pl.lit(arrival.source).alias("source"),
        pl.lit(arrival.file.path).alias("source_name"),
        pl.lit(0, pl.Int64).alias("partition"),
        pl.lit(run.clock()).cast(table.schema["received_at"]).alias("received_at"),
        pl.lit(None, pl.Binary).alias("key"),
        pl.lit(None, pl.String).alias("headers"),
        pl.lit(None, pl.String).alias("record_id"),
    )


def _finish(
    files: LakeTable,
    feed: Feed,
    arrival: Arrival,
    run: Run,
    records: int,
    outcome: str,
    reason: str | None,
    landed: int,
) -> FileReceipt:
    run.step("bronze:files")
    record_arrival(files, feed.name, arrival, records, outcome, reason, run.clock(), run.run_id)
    return FileReceipt(feed.name, arrival.file.path, outcome, records, landed)
