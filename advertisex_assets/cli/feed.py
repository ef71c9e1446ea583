"""`advertisex feed`: what feeds there are, and how a sample would fare."""

from typing import Annotated

import polars as pl
import typer

from advertisex_assets.bronze.rehearse import rehearse
from advertisex_assets.cli.output import Format, FormatOption, show
from resources.files import list_files
from resources.world import open_schemas
from schemas.discover import all_feeds, feed_named

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


def for_programs(columns: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Both tables as one: `about` is `column` or `outcome`, and keys of the other kind are null."""
    kinds = {"column": columns, "outcome": outcomes}
    return pl.concat(
        [rows.select(pl.lit(kind).alias("about"), pl.all()) for kind, rows in kinds.items()], how="diagonal"
    )
