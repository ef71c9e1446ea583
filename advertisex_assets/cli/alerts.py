"""`advertisex alerts`: what is wrong, who has been told, and what people did about it."""

from collections.abc import Callable
from typing import Annotated

import typer

from advertisex_assets.cli.output import Format, FormatOption, show
from advertisex_assets.watch.alerts import Alerts
from advertisex_assets.watch.listing import incident_rows
from advertisex_assets.watching import open_alerts
from resources.code import operator
from schemas.alerts.incident import Incident

app = typer.Typer(help="Alerts: what is open, who has been told; acknowledge or resolve it.")

IncidentId = Annotated[str, typer.Argument(help="The incident's id, as the list and every message show it.")]
By = Annotated[str, typer.Option(help="Who says so; the user of this machine without.")]


@app.callback(invoke_without_command=True)
def list_alerts(
    context: typer.Context,
    history: Annotated[bool, typer.Option("--history", help="Also what is over.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """List what is wrong now, the gravest first, and whether those who should know have been told."""
    if context.invoked_subcommand is not None:
        return
    rows = incident_rows(open_alerts().lake, history)
    if rows.is_empty() and form is Format.TABLE:
        print("Nothing was ever wrong." if history else "Nothing is wrong.")
        return
    show(rows, form, "Every incident" if history else "Open incidents")


@app.command()
def acknowledge(
    incident: IncidentId,
    note: Annotated[str, typer.Option(help="What you are doing about it.")] = "",
    by: By = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Say that you are on it: no more reminders; receivers are told."""
    _act(lambda alerts: alerts.acknowledge(incident, by or operator(), note), form)


@app.command()
def resolve(
    incident: IncidentId,
    note: Annotated[str, typer.Option(help="What it was, and how it ended; kept in ops.alerts.")],
    by: By = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Say that it is over, and how it ended; receivers are told. What still is so opens it again."""
    if not note.strip():
        raise typer.BadParameter("Say how it ended, with --note: discrepancies are followed to their end.")
    _act(lambda alerts: alerts.resolve(incident, by or operator(), note), form)


def _act(act: Callable[[Alerts], Incident], form: Format) -> None:
    alerts = open_alerts()
    changed = act(alerts)
    alerts.deliver()
    show(incident_rows(alerts.lake, everything=True, only=changed.incident_id), form)
