"""`advertisex feed`: what feeds there are, and how a sample would fare."""

from typing import Annotated

import polars as pl
import typer

from advertisex_assets.bronze.rehearse import rehearse
from advertisex_assets.cli.output import Format, FormatOption, show
from resources.files import list_files
from resources.world import open_lake, open_schemas
from schemas.discover import all_feeds, feed_named
from schemas.tables.bronze import ORDER_KEY
from schemas.tables.ops import SCHEMA_DRIFT

app = typer.Typer(help="Feeds: list them, or check how a sample would fare.", no_args_is_help=True)


@app.command(name="list")
def list_feeds(form: FormatOption = Format.TABLE) -> None:
    """List the feeds."""
    rows = [
        {"feed": f.name, "topic": f.topic, "owner": f.owner, "description": f.description}
        for f in all_feeds()
    ]
    show(pl.DataFrame(rows), form, "Feeds")


@app.command()
def check(
    feed: Annotated[str, typer.Argument(help="The feed, such as impressions.")],
    sample: Annotated[str, typer.Argument(help="A sample file.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Tell how a sample would fare, without writing anything: columns found, aliases used, rows refused and why."""
    declared = feed_named(feed)
    columns, outcomes = rehearse(declared, list_files(sample)[0], open_schemas())
    if form is Format.TABLE:
        show(columns, form, f"Columns of {feed} in {sample}")
        show(outcomes, form, "What would become of its records")
    else:
        show(for_programs(columns, outcomes), form)


@app.command()
def drift(
    feed: Annotated[str | None, typer.Argument(help="Only this feed.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show fields that no contract knows and values of another type: how many, since when, and the first record."""
    lake = open_lake()
    found = lake.open(SCHEMA_DRIFT).scan()
    mine = found if feed is None else found.filter(pl.col("feed") == feed_named(feed).name)
    show(drifted(mine), form, "Schema drift")


def drifted(found: pl.LazyFrame) -> pl.DataFrame:
    """The rows of `ops.schema_drift` by feed, field and type, the most frequent first."""
    key = ["feed", "found", "field", "type"]
    firsts = found.sort(ORDER_KEY).group_by(key, maintain_order=True)
    summed = firsts.agg(
        pl.col("rows").sum(),
        pl.col("event_date").min().alias("first_date"),
        pl.col("event_date").max().alias("last_date"),
        pl.col("received_at").first().alias("first_seen"),
        pl.col("source_name", "partition", "offset", "record_index").first(),
    )
    return summed.sort("feed", -pl.col("rows"), "field", "type").collect()


def for_programs(columns: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Both tables as one: `about` is `column` or `outcome`, and keys of the other kind are null."""
    kinds = {"column": columns, "outcome": outcomes}
    return pl.concat(
        [rows.select(pl.lit(kind).alias("about"), pl.all()) for kind, rows in kinds.items()], how="diagonal"
    )
