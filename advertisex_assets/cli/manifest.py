"""`advertisex manifest`: list a table's files for warehouses that do not read Delta."""

from typing import Annotated

import polars as pl
import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from resources.lake.manifest import write_manifest
from resources.world import open_lake
from schemas.errors import AdvertiseXError
from schemas.tables.gold import GOLD_TABLES

SERVED = {table.full_name: table for table in GOLD_TABLES}


class NoSuchTableError(AdvertiseXError):
    """A table that was asked for is not in the lake."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="manifest")(manifest)


def manifest(
    tables: Annotated[list[str], typer.Argument(help="Gold tables, such as gold.campaign_daily.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """List a gold table's files, one list per date, for warehouses that read Parquet but not Delta."""
    lake = open_lake()
    for name in tables:
        if name not in SERVED or not lake.exists(SERVED[name]):
            known = ", ".join(each for each, table in SERVED.items() if lake.exists(table)) or "no gold yet"
            raise NoSuchTableError(f"There is no {name}. The lake has: {known}.")
    written = [write_manifest(lake.open(SERVED[name])) for name in tables]
    show(pl.DataFrame([vars(one) for one in written]), form, "Manifests")
