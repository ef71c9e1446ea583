"""`advertisex finalise`: pins the numbers of days that are over."""

from datetime import datetime
from typing import Annotated

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, errors, show
from advertisex_assets.gold.finality import close_days
from resources.engine.choose import open_engine
from resources.run import new_run
from resources.settings import settings
from resources.world import open_lake
from schemas.tables.gold import DAY_STATUS

DAY = "event_date"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="finalise")(finalise)


def finalise(
    date: Annotated[
        list[datetime] | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only this day, due or not; may be given several times."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Publish the campaign numbers of days that are due, and tell how complete and final each day is."""
    lake, chosen = open_lake(), None if date is None else [one.date() for one in date]
    done = close_days(lake, new_run("finalise", open_engine()), settings().final_after_days, chosen)
    missing = sorted(set(chosen or ()) - set(done))
    if missing:
        days = ", ".join(map(str, missing))
        errors().print(
            f"[yellow]Not finalised: {days}. A day is finalised once, when it has campaign numbers that are up to "
            "date (`advertisex refresh`) and nothing of it is held (`advertisex release`).[/yellow]"
        )
    status = lake.open(DAY_STATUS).scan().group_by(DAY).agg(
        pl.col("events").sum(), pl.col("is_final").first(), pl.col("revision").first(),
        pl.col("pending_restatements").first(),
    )  # fmt: skip
    finalised = pl.col(DAY).is_in(done).alias("finalised_now")
    show(status.sort(DAY).with_columns(finalised).collect(), form, "Days")
