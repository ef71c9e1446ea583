"""`advertisex sql`: read-only SQL over every table."""

from typing import Annotated

import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from resources.query import query
from resources.world import open_lake


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="sql")(sql)


def sql(
    statement: Annotated[
        str, typer.Argument(help="A SELECT over bronze.x, silver.x, gold.x, ... in DuckDB's dialect.")
    ],
    form: FormatOption = Format.TABLE,
) -> None:
    """Run read-only SQL over all tables."""
    show(query(open_lake(), statement), form)
