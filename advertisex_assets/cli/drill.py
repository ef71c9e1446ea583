"""`advertisex drill`: breaks things on purpose before your eyes, and shows the alerts arriving."""

import os
from pathlib import Path
from typing import Annotated

import typer

from advertisex_assets.cli.output import errors
from advertisex_assets.demo.drill.fault import Told
from advertisex_assets.demo.drill.report import page, verdict
from advertisex_assets.demo.drill.show import drill as run_drill


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="drill")(drill)


def drill(
    rounds: Annotated[int, typer.Option(min=1, help="How often to break everything.")] = 1,
    port: Annotated[int, typer.Option(help="Where the Dagster UI should listen, if that port is free.")] = 3000,
    report: Annotated[Path | None, typer.Option(help="Write what was measured to this Markdown file.")] = None,
) -> None:
    """Break things on purpose in a Dagster of its own, and show each alert arriving: some minutes, nothing stays."""
    told: list[Told] = []
    for some in run_drill(errors(), rounds, port):
        told += some
        if report is not None:
            command = f"advertisex drill --rounds {rounds} --report {report}"
            report.write_text(page(told, command, f"{os.cpu_count()} cores, load average {os.getloadavg()[2]:.0f}"))
    print(verdict(told))
    if any(one.seconds is None for one in told):
        raise typer.Exit(1)
