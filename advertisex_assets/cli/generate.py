"""`advertisex generate`: sample traffic as files with the truth beside it, or as Kafka messages."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from advertisex_assets.cli.output import errors
from resources.kafka.config import client_config
from resources.sample_traffic import TrafficConfig, messages, write_files
from resources.sample_traffic.kafka_sink import produce
from resources.settings import settings
from schemas.errors import AdvertiseXError

Report = Callable[[int], None]
"""Takes the number of records made so far."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="generate")(generate)


def generate(
    directory: Annotated[
        Path | None, typer.Argument(help="Where to write: a folder per feed, reference and truth.")
    ] = None,
    kafka: Annotated[
        bool, typer.Option("--kafka", help="Send messages instead, to the Kafka of the settings.")
    ] = False,
    events: Annotated[int, typer.Option(help="About how many events in all.")] = 20_000,
    days: Annotated[int, typer.Option(help="How many days of traffic.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    rate: Annotated[
        float | None, typer.Option(help="Messages per second; as fast as possible without.")
    ] = None,
) -> None:
    """Make believable sample traffic, and the truth about it."""
    if (directory is None) != kafka:
        raise typer.BadParameter("Name a folder, or give --kafka; one of the two.")
    config = TrafficConfig(events=events, days=days, seed=seed)
    with Progress(console=errors(), transient=True) as progress:
        task = progress.add_task("generating", total=events)

        def report(done: int) -> None:
            progress.update(task, completed=done)

        made = _send(config, rate, report) if directory is None else _write(directory, config, report)
    errors().print(made)


def _write(directory: Path, config: TrafficConfig, report: Report) -> str:
    try:
        write_files(directory, config, report)
    except FileExistsError:
        raise AdvertiseXError(
            f"{directory} holds traffic already; name another folder or empty it."
        ) from None
    return f"Wrote about {config.events:,} events of {config.days} days to {directory}."


def _send(config: TrafficConfig, rate: float | None, report: Report) -> str:
    client = {name: str(value) for name, value in client_config(settings()).items()}
    servers = client.pop("bootstrap.servers")
    sent = produce(messages(config), servers, rate, client, report)
    return f"Sent {sent:,} messages to {servers}."
