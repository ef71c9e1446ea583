"""`advertisex report`: writes the page of a day."""

from datetime import datetime
from typing import Annotated

import typer

from advertisex_assets.report.write import write_report
from resources.run import utc_now
from resources.world import open_lake


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="report")(report)


def report(
    date: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The event date (UTC).")],
) -> None:
    """Write the report of a day into the lake, and print where it is."""
    print(write_report(open_lake(), date.date(), utc_now()).uri)
