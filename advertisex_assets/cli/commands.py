"""The list of commands. Each is imported when it is asked for: `advertisex sql` starts without what `refresh` needs."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "generate": "Make believable sample traffic, and the truth about it.",
    "land": "Land files into bronze, each content exactly once.",
    "produce": "Replay files into the feed's Kafka topic; each record counts once, however often this is run.",
    "reference": "Load reference data; the same content again changes nothing.",
    "refresh": "Bring silver and gold up to date with bronze, without a daemon.",
    "sql": "Run read-only SQL over all tables.",
    "status": "Show per feed what was received, how fresh the data is by event time, and whether the sums agree.",
    "quarantine": (
        "Show refused records by reason and producer: how many, since when, where, what is at risk, and an example."
    ),
    "replay": (
        "Judge the rows of some dates by the rules of today: bring back, take away or move what they judge otherwise."
    ),
    "export": "Write a landed file again, with the same SHA-256.",
    "serve": (
        "Bring gold in PostgreSQL up to date, for BI tools: the dates whose files have changed, each all or nothing."
    ),
    "manifest": "List a gold table's files, one list per date, for warehouses that read Parquet but not Delta.",
    "explain": "Take a number apart: formula, rows by reason, versions, offsets and files, and a recount from bronze.",
    "report": "Write the report of a day into the lake, and print where it is.",
    "finalise": "Publish the campaign numbers of days that are due, and tell how complete and final each day is.",
    "restatements": "Show published numbers that differ from what is known now; with --accept, publish the new ones.",
    "demo": "Show the main job: files and a Kafka stream to campaign marts, and the Dagster UI.",
    "drill": (
        "Break things on purpose in a Dagster of its own, and show each alert arriving: some minutes, nothing stays."
    ),
    "metrics": "Serve Prometheus metrics, and tell when the Dagster daemon is silent, which nothing inside it can.",
    "release": "Have a held batch tried again by the next run, and judged by the same gates; nothing is let through.",
    "upkeep": "Keep tables quick and small: what the schedule `upkeep` does every hour.",
    "erase": "Erase persons (GDPR, CCPA) from bronze, originals, silver and gold; with --verify prove it.",
    "feed": "Feeds: list them, or check how a sample would fare.",
    "alerts": "Alerts: what is open, who has been told; acknowledge or resolve it.",
}
"""Name, which is its module's too, and first sentence of each command, in the order of `advertisex --help`."""


class Commands(TyperGroup):
    """Lists the commands by COMMANDS, and imports the one that is to be run."""

    def __init__(self, **settings: Any) -> None:
        listed = {name: TyperCommand(name, help=sentence) for name, sentence in COMMANDS.items()}
        super().__init__(**settings | {"commands": listed})

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command in place of what stands for it in the list."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, load(name) if name and listed else listed, rest


def load(name: str) -> Any:
    """The command of that name, imported."""
    module = import_module(f"advertisex_assets.cli.{name}")
    if hasattr(module, "app"):
        return typer.main.get_group(module.app)
    alone = typer.Typer(add_completion=False)
    module.register(alone)
    return typer.main.get_command(alone)
