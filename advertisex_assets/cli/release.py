"""`advertisex release`: what a gate holds, and having it tried again."""

from datetime import datetime
from typing import Annotated

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from advertisex_assets.holds import held_now
from advertisex_assets.holds import release as release_batch
from resources.code import operator
from resources.world import open_lake

SHOWN = ("batch", "event_date", "written_at", "run_id", "why")


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="release")(release)


def release(
    batch: Annotated[
        str | None, typer.Argument(help="A held batch, such as silver.impressions; without one, lists them.")
    ] = None,
    dates: Annotated[
        list[datetime] | None, typer.Argument(formats=["%Y-%m-%d"], help="Only these dates; all without.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why it may be tried again; kept in ops.held.")] = "",
    by: Annotated[str, typer.Option(help="Who says so; the user of this machine without.")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Have a held batch tried again by the next run, and judged by the same gates; nothing is let through."""
    lake = open_lake()
    if batch is None:
        rows, title = held_now(lake), "Held"
    else:
        if not note.strip():
            raise typer.BadParameter("Say why, with --note: it is kept beside the release.")
        days = [moment.date() for moment in dates or ()]
        rows, title = release_batch(lake, batch, days, by or operator(), note), "Released"
    if rows.is_empty() and form is Format.TABLE:
        print("Nothing is held.")
        return
    show(rows.select(pl.col(SHOWN)), form, title)
