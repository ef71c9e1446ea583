"""Puts the commands together, and turns errors into sentences and exit codes."""

import signal
import sys

import typer

from advertisex_assets.cli.commands import Commands
from advertisex_assets.cli.output import errors
from schemas.errors import AdvertiseXError

FAILED = 1
"""The command could not do what was asked; typer itself exits with 2 when it was called wrongly."""

TERMINATED = 128 + signal.SIGTERM
"""What a shell reports for a process that SIGTERM ended."""


def build() -> typer.Typer:
    """The command line with every command."""
    app = typer.Typer(
        name="advertisex",
        cls=Commands,
        help="AdvertiseX lakehouse: from raw impressions, clicks and bid requests to exact campaign marts.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    # Without it Typer sees no commands and makes no group.
    app.callback()(lambda: None)
    return app


def main() -> None:
    """The entry point: exit code 0 if it worked, 1 if it did not, 2 if it was called wrongly, 130 on Ctrl-C."""
    # What the command has started is stopped by its `finally` blocks, which SIGTERM alone would skip.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        build()()
    except AdvertiseXError as error:
        errors().print(f"[red]error:[/red] {error}")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)
