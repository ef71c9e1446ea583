"""`advertisex generate`: sample traffic as files or Kafka messages, with the truth beside it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from advertisex_assets.cli.output import errors
from resources.sample_traffic import TrafficConfig, write_files
from schemas.errors import AdvertiseXError


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="generate")(generate)


def generate(
    directory: Annotated[
        Path, typer.Argument(help="Where to write; one folder per feed, reference and truth.")
    ],
    events: Annotated[int, typer.Option(help="About how many events in all.")] = 20_000,
    days: Annotated[int, typer.Option(help="How many days of traffic.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
) -> None:
    """Write believable sample traffic, and the truth about it."""
    config = TrafficConfig(events=events, days=days, seed=seed)
    with Progress(console=errors(), transient=True) as progress:
        task = progress.add_task("generating", total=events)
        try:
            write_files(directory, config, lambda done: progress.update(task, completed=done))
        except FileExistsError:
            raise AdvertiseXError(f"{directory} holds traffic already; name another folder or empty it.") from None
    errors().print(f"Wrote about {events:,} events of {days} days to {directory}.")
