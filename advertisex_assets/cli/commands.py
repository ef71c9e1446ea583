"""The list of commands."""

import typer

from advertisex_assets.cli import (
    alerts,
    demo,
    drill,
    explain,
    export,
    feed,
    finalise,
    generate,
    land,
    metrics,
    produce,
    quarantine,
    reference,
    refresh,
    release,
    replay,
    report,
    restatements,
    serve,
    sql,
    status,
    upkeep,
)

COMMANDS = (
    generate,
    land,
    produce,
    reference,
    refresh,
    sql,
    status,
    quarantine,
    replay,
    export,
    serve,
    explain,
    report,
    finalise,
    restatements,
    demo,
    drill,
    metrics,
    release,
    upkeep,
)
"""In the order of `advertisex --help`."""


def register(app: typer.Typer) -> None:
    """Adds every command to the application."""
    for command in COMMANDS:
        command.register(app)
    app.add_typer(feed.app, name="feed")
    app.add_typer(alerts.app, name="alerts")
