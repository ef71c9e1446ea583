"""`advertisex demo`: watch a stretch of traffic go from raw records to a campaign table."""

from pathlib import Path
from typing import Annotated

import typer

from advertisex_assets.demo.show import show_demo


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="demo")(demo)


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its lake; it is emptied first.")] = Path(
        "demo"
    ),
    seconds: Annotated[
        int | None,
        typer.Option(envvar="DEMO_SECONDS", help="End after this long; the default is to stay until Ctrl-C."),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(envvar="CI", help="End when everything is taken in, and compare it with the truth."),
    ] = False,
    port: Annotated[
        int, typer.Option(help="Where the Dagster UI should listen, if that port is free.")
    ] = 3000,
) -> None:
    """Show the main job: files and a Kafka stream to campaign marts, and the Dagster UI."""
    show_demo(folder.resolve(), seconds, check, port)
