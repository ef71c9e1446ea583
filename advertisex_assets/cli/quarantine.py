"""`advertisex quarantine`: browse refused records, in clusters or one by one."""

from typing import Annotated

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from advertisex_assets.transforms.refusals import EXAMPLE_BYTES, LOOKED_AT_BYTES, clusters
from resources.world import open_lake
from schemas.discover import feed_named
from schemas.tables.silver import QUARANTINE

SHOWN = ("feed", "codes", "rows", "first_seen", "last_seen", "at_risk_micros", "client", "where", "pattern", "example")
"""What a table for people shows of a cluster; JSON and CSV have every key."""

RECORD_KEYS = (
    *("feed", "event_date", "codes", "flags", "detail", "source_name", "partition", "offset", "record_index"),
    *("received_at", "price_micros", "headers", "payload"),
)
"""The documented, stable keys of single records."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="quarantine")(quarantine)


def quarantine(
    feed: Annotated[str | None, typer.Argument(help="Only this feed.")] = None,
    code: Annotated[str | None, typer.Option("--code", help="Only records that broke this rule.")] = None,
    records: Annotated[int, typer.Option("--records", min=0, help="List the newest N records instead.")] = 0,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show refused records by reason and producer: how many, since when, where, what is at risk, and an example."""
    wanted = chosen(open_lake().open(QUARANTINE).scan(), feed and feed_named(feed).name, code)
    if records:
        newest = wanted.sort("received_at", "offset", descending=True).head(records)
        show(newest.select(RECORD_KEYS).collect(), form, "Refused records, newest first")
        return
    # Large records are cut where they are read: only their beginning is looked at.
    shortened = wanted.with_columns(pl.col("payload").bin.slice(0, LOOKED_AT_BYTES))
    found = clusters(shortened.collect())
    show(for_people(found) if form is Format.TABLE else found, form, "Quarantine")


def chosen(refused: pl.LazyFrame, feed: str | None, code: str | None) -> pl.LazyFrame:
    """The rows of one feed, or that broke one rule."""
    mine = refused if feed is None else refused.filter(pl.col("feed") == feed)
    return mine if code is None else mine.filter(pl.col("codes").list.contains(code))


def for_people(found: pl.DataFrame) -> pl.DataFrame:
    """Clusters with their largest place as text."""
    largest = pl.col("places").list.first().struct
    where = pl.format(
        "{}/{} {}-{}", *(largest.field(name) for name in ("source_name", "partition", "first_offset", "last_offset"))
    )
    others = pl.when(pl.col("place_count") > 1).then(pl.format(" +{}", pl.col("place_count") - 1)).otherwise(pl.lit(""))
    return found.with_columns((where + others).alias("where")).select(SHOWN)


def summary(refused: pl.LazyFrame) -> pl.DataFrame:
    """Refused rows by feed and reasons: feed, codes, rows, and the beginning of the first one's bytes (example)."""
    first = pl.col("payload").sort_by("received_at", "offset").first().bin.slice(0, EXAMPLE_BYTES)
    grouped = refused.group_by("feed", "codes").agg(pl.len().cast(pl.Int64).alias("rows"), first.alias("example"))
    return grouped.sort("feed", "rows", descending=[False, True]).collect()
