"""`advertisex status`: what was received, what became of it, how fresh it is, and whether the sums agree."""

from typing import Annotated

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from advertisex_assets.watch.status import STATUS_KEYS, offset_status, status
from resources.world import open_lake
from schemas.discover import all_feeds


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="status")(show_status)


def show_status(
    offsets: Annotated[
        bool, typer.Option("--offsets", help="Only the other equation: offsets = messages + gaps, by partition.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show per feed what was received, how fresh the data is by event time, and whether the sums agree."""
    if not offsets:
        rows = pl.DataFrame(status(open_lake(), all_feeds()), infer_schema_length=None)
        show(rows.select(STATUS_KEYS), form, "Status")
    if offsets or form is Format.TABLE:
        passed = offset_status(open_lake(), all_feeds())
        if offsets or not passed.is_empty():
            show(passed, form, "Offsets passed, and what they were")
