"""`advertisex export`: a landed file again, byte for byte."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from advertisex_assets.bronze.originals import export_original
from resources.world import open_lake


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="export")(export)


def export(
    sha256: Annotated[str, typer.Argument(help="The SHA-256 of a landed file, as bronze.files lists it.")],
    target: Annotated[Path | None, typer.Argument(help="Where to write it; standard output without.")] = None,
) -> None:
    """Write a landed file again, with the same SHA-256."""
    pieces = export_original(open_lake(), sha256)
    if target is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        return
    with target.open("wb") as stream:
        for piece in pieces:
            stream.write(piece)
