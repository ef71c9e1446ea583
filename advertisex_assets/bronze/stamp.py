"""Stamp: received records to complete bronze rows: when they landed, by which run, and the date they are routed to.

Where records come from (Kafka, files) and how rows are committed lives elsewhere.
"""

from datetime import datetime

import polars as pl

from advertisex_assets.transforms.route import route
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource, WhenDownUnknown
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table


def stamp(
    feed: Feed, rows: pl.DataFrame, landed_at: datetime, run_id: str, schemas: SchemaSource = NO_SCHEMAS
) -> pl.DataFrame:
    """The records as rows of the feed's bronze table, in the same order.

    `rows` has every bronze column up to `record_id`; `landed_at` is UTC. A registry that is down does not stop
    landing: records whose time cannot be read without it go to their landing date and say so.
    """
    table = bronze_table(feed)
    landed = rows.with_columns(
        pl.lit(landed_at).cast(table.schema["landed_at"]).alias("landed_at"),
        pl.lit(landed_at).dt.date().alias("landing_date"),
        pl.lit(run_id).alias("run_id"),
    )
    return route(feed, landed, WhenDownUnknown(schemas)).select(list(table.schema))
