"""`advertisex restatements`: published numbers that differ now, and accepting them."""

from typing import Annotated

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, errors, show
from advertisex_assets.cli.replay import span_of
from advertisex_assets.gold.finality import accept_days, refresh_restatements
from advertisex_assets.partitions import days_between
from advertisex_assets.transforms.marts.restate import PENDING
from resources.engine.choose import open_engine
from resources.run import new_run
from resources.world import open_lake
from schemas.tables.gold import RESTATEMENTS

CAUSES = "late_data, rule_change, reference_change, replay or erasure"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="restatements")(restatements)


def restatements(
    dates: Annotated[
        str | None,
        typer.Option("--dates", help="Event dates: 2026-11-01..2026-11-07, or one date; all without."),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Publish what is true now, as the next revision of those dates.")
    ] = False,
    cause: Annotated[
        str | None,
        typer.Option(help=f"With --accept: why they differ, instead of what was found ({CAUSES})."),
    ] = None,
    accepted_too: Annotated[bool, typer.Option("--all", help="Also show those accepted before.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show published numbers that differ from what is known now; with --accept, publish the new ones."""
    if accept and dates is None:
        raise typer.BadParameter("--accept needs --dates: look at what would change first.")
    lake, run = open_lake(), new_run("restate", open_engine())
    span = None if dates is None else span_of(dates)
    if accept and span is not None:
        done = accept_days(lake, run, days_between(span), cause)
        errors().print(f"Accepted: {', '.join(map(str, done)) or 'nothing was waiting that is up to date'}.")
    else:
        refresh_restatements(lake, run)
    rows = lake.open(RESTATEMENTS).scan()
    chosen = rows if span is None else rows.filter(pl.col("event_date").is_between(*span))
    shown = chosen if accepted_too or accept else chosen.filter(pl.col("status") == PENDING)
    show(shown.sort(RESTATEMENTS.grain_columns).collect(), form, "Restatements")
