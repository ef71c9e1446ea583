"""`advertisex serve`: bring gold in PostgreSQL up to date, for BI tools."""

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from advertisex_assets.serving.serve import serve as serve_tables
from resources.serving import serving_uri
from resources.world import open_lake


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="serve")(serve)


def serve(form: FormatOption = Format.TABLE) -> None:
    """Bring gold in PostgreSQL up to date, for BI tools: the dates whose files have changed, each all or nothing."""
    brought = serve_tables(open_lake(), serving_uri())
    show(pl.DataFrame([vars(table) for table in brought]), form, "Brought to PostgreSQL")
