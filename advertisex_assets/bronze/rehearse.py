"""Rehearse: how a sample file would fare under a feed's contract, without writing anything."""

from datetime import UTC, datetime

import polars as pl

from advertisex_assets.bronze.arrival import Arrival
from advertisex_assets.bronze.cut import batches
from advertisex_assets.bronze.files import record_rows
from advertisex_assets.bronze.stamp import stamp
from advertisex_assets.transforms.parse import parse
from resources.files import SourceFile
from resources.run import Run
from schemas.codecs.schema_source import SchemaSource
from schemas.columns import paths_of
from schemas.feed import Feed

REHEARSAL_KEY = b"rehearsal"
"""Pseudonyms are not shown, so any key will do."""


def rehearse(feed: Feed, sample: SourceFile, schemas: SchemaSource) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two tables about the first batch of a sample.

    Columns: column, type, required, found (rows with a value), read (rows whose value could be read), sources_used.
    Outcomes: outcome (accepted or refused), codes, rows, example.
    """
    run = Run("rehearsal", lambda: datetime.now(UTC))
    batch = next(batches(feed, sample), None)
    if batch is None:
        return pl.DataFrame(), pl.DataFrame()
    arrival = Arrival(sample, "", "file:rehearsal", 0)
    rows = stamp(
        feed,
        record_rows(feed, arrival, batch, list(range(len(batch.records))), run),
        run.clock(),
        run.run_id,
        schemas,
    )
    parsed = parse(feed, rows, REHEARSAL_KEY, schemas)
    return _columns(feed, rows, parsed, schemas), _outcomes(parsed)


def _columns(feed: Feed, rows: pl.DataFrame, parsed: pl.DataFrame, schemas: SchemaSource) -> pl.DataFrame:
    used = _sources_used(feed, rows, schemas)
    return pl.DataFrame(
        [
            {
                "column": column.name,
                "type": column.type.meaning,
                "required": column.required,
                "found": int(parsed[f"text:{column.name}"].is_not_null().sum()),
                "read": int(parsed[column.name].is_not_null().sum()),
                "sources_used": ", ".join(source for source in column.sources if source in used),
            }
            for column in feed.stored
        ]
    )


def _sources_used(feed: Feed, rows: pl.DataFrame, schemas: SchemaSource) -> set[str]:
    """The source paths under which at least one record has a value."""
    paths = paths_of(feed.columns)
    fields = [
        feed.codec(part["codec"][0]).decode(part["payload"], part["header"], paths, schemas)
        for part in rows.filter(pl.col("kind") == "record").partition_by("codec")
    ]
    return {path for frame in fields for path in paths if frame[path].is_not_null().any()}


def _outcomes(parsed: pl.DataFrame) -> pl.DataFrame:
    refused = pl.col("codes").list.len() > 0
    outcome = pl.when(refused).then(pl.lit("refused")).otherwise(pl.lit("accepted")).alias("outcome")
    grouped = parsed.group_by(outcome, "codes", "flags", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("rows"), pl.col("payload").first().bin.slice(0, 120).alias("example")
    )
    # Groups of equal size stay in the sample's own order.
    return grouped.sort("outcome", "rows", descending=[False, True], maintain_order=True)
