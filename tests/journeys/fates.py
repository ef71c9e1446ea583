"""What became of every record of generated traffic, by file and place in the file: the lake's account of it."""

import polars as pl

from schemas.discover import feed_named
from schemas.tables.bronze import POSITION, bronze_table
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from tests.journeys.world import World

NO_CODES = pl.lit([], dtype=pl.List(pl.String)).alias("codes")
ACCEPTED = pl.lit("accepted").alias("outcome")
NO_TEXT = pl.lit(None, pl.String)


def fates(world: World, feed_name: str, root: str) -> pl.DataFrame:
    """feed, file (relative to root), ordinal, outcome, codes, table of each record that bronze holds."""
    feed = feed_named(feed_name)
    mine = pl.col("feed") == feed_name
    accepted = [
        world.rows(table).select(*POSITION, ACCEPTED, NO_CODES, pl.lit(table.name).alias("table"))
        for table in silver_tables(feed)
    ]
    lost = world.rows(DUPLICATES).filter(mine).select(*POSITION, "outcome", NO_CODES, NO_TEXT.alias("table"))
    refused = (
        world.rows(QUARANTINE)
        .filter(mine)
        .select(*POSITION, pl.lit("quarantined").alias("outcome"), pl.col("codes").list.sort(), NO_TEXT.alias("table"))
    )
    known = pl.concat([*accepted, lost, refused])
    return placed(world, feed_name, root).join(known, on=POSITION, how="left")


def placed(world: World, feed_name: str, root: str) -> pl.DataFrame:
    """Bronze's records with the file they came in and their ordinal there."""
    rows = world.rows(bronze_table(feed_named(feed_name)))
    ordered = rows.with_columns(pl.col("source_name").str.strip_prefix(root + "/").alias("file")).sort(
        "file", "offset", "record_index"
    )
    ordinal = pl.int_range(pl.len()).over("file").cast(pl.Int64).alias("ordinal")
    return ordered.with_columns(ordinal, pl.lit(feed_name).alias("feed")).select("feed", "file", "ordinal", *POSITION)
