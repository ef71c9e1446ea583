"""`advertisex reference`: load campaigns, creatives, advertisers and users."""

from typing import Annotated

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from advertisex_assets.reference.load import load_reference
from resources.run import new_run
from resources.world import open_lake, open_reference_source, pseudonym_key


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="reference")(reference)


def reference(
    folder: Annotated[
        str | None, typer.Argument(help="Where they are kept; ADVERTISEX_REFERENCE without.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Load reference data; the same content again changes nothing."""
    loaded = load_reference(
        open_lake(), open_reference_source(folder), pseudonym_key(), new_run("reference").run_id
    )
    show(pl.DataFrame([vars(table) for table in loaded]), form, "Reference")
