"""The list of commands."""

import typer

from advertisex_assets.cli import (
    demo,
    export,
    feed,
    generate,
    land,
    quarantine,
    reference,
    refresh,
    sql,
    status,
)


def register(app: typer.Typer) -> None:
    """Adds every command to the application."""
    for command in (generate, land, reference, refresh, sql, status, quarantine, export, demo):
        command.register(app)
    app.add_typer(feed.app, name="feed")
