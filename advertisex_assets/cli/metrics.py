"""`advertisex metrics`: the Prometheus endpoint, and the eye outside of Dagster that notices a dead daemon."""

import threading
from contextlib import ExitStack
from typing import Annotated

import typer
from dagster import DagsterInstance

from advertisex_assets.cli.output import errors
from advertisex_assets.watching import look_from_outside, measured
from resources.metrics import LOOPBACK, serve_metrics
from resources.orchestrator import open_instance

PORT = 9464
"""The port that OpenTelemetry's Prometheus exporters use."""

LOOK_SECONDS = 15.0
"""How often the daemon's signs of life are looked at: it gives one every half minute."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="metrics")(metrics)


def metrics(
    port: Annotated[int, typer.Option(help="Where to serve /metrics; 0 takes any free port.")] = PORT,
    address: Annotated[str, typer.Option(help="Figures of a business: loopback only, unless you say so.")] = LOOPBACK,
    seconds: Annotated[float | None, typer.Option(help="End after this long; without, at Ctrl-C.")] = None,
) -> None:
    """Serve Prometheus metrics, and tell when the Dagster daemon is silent, which nothing inside it can."""
    over = threading.Event()
    with ExitStack() as stack:
        instance = open_instance(stack)
        server = serve_metrics(measured(instance).parts(), port, address)
        stack.callback(server.stop)
        errors().print(f"Serving http://{address}:{server.port}/metrics")
        if instance is None:
            errors().print("[yellow]DAGSTER_HOME is not set: Dagster is neither measured nor watched.[/yellow]")
            over.wait(seconds)
            return
        watcher = threading.Thread(target=_watch, args=(instance, over), name="watch-daemon")
        watcher.start()
        stack.callback(watcher.join)
        stack.callback(over.set)
        over.wait(seconds)


def _watch(instance: DagsterInstance, over: threading.Event) -> None:
    """Looks until it is over; an error (the lake or the database is away) is said, and the next look tries again."""
    while not over.is_set():
        try:
            for incident in look_from_outside(instance):
                errors().print(f"{incident.state}: {incident.problem.summary}")
        except Exception as error:  # The last one awake must not fall asleep.
            errors().print(f"[red]The look from outside failed:[/red] {type(error).__name__}: {error}")
        over.wait(LOOK_SECONDS)
