"""`advertisex land`: land files or folders into bronze."""

from typing import Annotated

import polars as pl
import typer
from rich.progress import Progress

from advertisex_assets.bronze.files import FileLander, FileReceipt
from advertisex_assets.cli.output import Format, FormatOption, errors, show
from resources.files import list_files
from resources.run import new_run
from resources.world import open_lake, open_schemas
from schemas.discover import feed_named


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="land")(land)


def land(
    feed: Annotated[str, typer.Argument(help="The feed, such as impressions.")],
    paths: Annotated[list[str], typer.Argument(help="Files, folders or object-store URIs.")],
    as_new: Annotated[
        bool, typer.Option("--as-new", help="Land content again that was landed before.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Land files into bronze, each content exactly once."""
    declared = feed_named(feed)
    files = [file for path in paths for file in list_files(path)]
    lander = FileLander(open_lake(), declared, new_run("land"), open_schemas())
    receipts: list[FileReceipt] = []
    with Progress(console=errors(), transient=True) as progress:
        task = progress.add_task(f"landing {feed}", total=sum(file.size_bytes for file in files) or None)
        for file in files:
            receipts.append(lander.land(file, as_new))
            progress.advance(task, file.size_bytes)
    show(pl.DataFrame([vars(receipt) for receipt in receipts]), form, "Landed")
