"""`advertisex status`: what was received, what became of it, how fresh it is, and whether the sums agree."""

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from advertisex_assets.watch.status import STATUS_KEYS, status
from resources.world import open_lake
from schemas.discover import all_feeds


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="status")(show_status)


def show_status(form: FormatOption = Format.TABLE) -> None:
    """Show per feed what was received, how fresh the data is by event time, and whether the sums agree."""
    show(
        pl.DataFrame(status(open_lake(), all_feeds()), infer_schema_length=None).select(STATUS_KEYS),
        form,
        "Status",
    )
