"""Files: lands a file exactly once, by the identity of its content, in batches that each commit rows and progress."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from advertisex_assets.bronze.arrival import (
    ALREADY_LANDED,
    GROWN,
    IS_KEPT,
    LANDED,
    UNREADABLE,
    Arrival,
    arrival_row,
    kept_arrivals,
    recognise,
    record_arrival,
)
from advertisex_assets.bronze.cut import Batch, batches
from advertisex_assets.bronze.originals import is_erased, keep_original
from advertisex_assets.bronze.stamp import stamp
from resources.files import SourceFile
from resources.lake import CommitConflictError, Lake, LakeTable, Marks
from resources.run import Run
from schemas.codecs.base import BROKEN
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.errors import AdvertiseXError
from schemas.feed import Feed
from schemas.tables.bronze import FILES, ORIGINALS, bronze_table

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


class FileLander:
    """Lands files of one feed, one after another, through handles that it keeps open.

    A process that dies half-way leaves whole batches behind; landing the file again goes on after them. Where another
    process commits first, the handles are opened anew and the file is looked at again.
    """

    def __init__(self, lake: Lake, feed: Feed, run: Run, schemas: SchemaSource = NO_SCHEMAS) -> None:
        self._lake, self._feed, self._run, self._schemas = lake, feed, run, schemas
        self._open()

    def _open(self) -> None:
        self._files = self._lake.open(FILES)
        self._originals = self._lake.open(ORIGINALS)
        self._bronze = self._lake.open(bronze_table(self._feed))
        self._kept = kept_arrivals(self._files, self._feed.name)

    def land(self, file: SourceFile, as_new: bool = False) -> FileReceipt:
        """Lands a file, its grown tail, or nothing if its content was landed before (under whatever name)."""
        for _ in range(ATTEMPTS):
            try:
                return self._land(recognise(file, self._kept, as_new))
            except CommitConflictError:
                self._open()
        raise AdvertiseXError(
            f"{file.path} is being landed by other processes; {ATTEMPTS} attempts met them. Run it again."
        )

    def _land(self, arrival: Arrival) -> FileReceipt:
        if arrival.is_known:
            return self._finish(arrival, arrival.landed_records, ALREADY_LANDED, None, 0)
        if "#" in arrival.source and is_erased(self._originals, arrival.source):
            raise AdvertiseXError(
                f"{arrival.file.path} is not landed again as new: somebody in it was erased, and would be back. "
                "Take their records out of the file first."
            )
        keep_original(self._originals, arrival, self._run)
        reason, outcome = None, GROWN if arrival.grown_from_bytes else LANDED
        for batch in batches(self._feed, arrival.file):
            _append(self._bronze, self._feed, arrival, batch, self._run, self._schemas)
            if batch.records[-1].kind == BROKEN:
                reason = batch.records[-1].header
                outcome = UNREADABLE if batch.first + len(batch.records) == 1 else outcome
        landed = (self._bronze.mark(arrival.source) or 0) - arrival.landed_records
        return self._finish(arrival, landed, outcome, reason, landed)

    def _finish(
        self, arrival: Arrival, records: int, outcome: str, reason: str | None, landed: int
    ) -> FileReceipt:
        self._run.step("bronze:files")
        row = arrival_row(self._feed.name, arrival, records, outcome, reason, self._run)
        record_arrival(self._files, row)
        self._kept = pl.concat([self._kept, row.filter(IS_KEPT)])
        return FileReceipt(self._feed.name, arrival.file.path, outcome, records, landed)


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
