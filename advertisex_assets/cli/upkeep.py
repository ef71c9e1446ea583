"""`advertisex upkeep`: merge small files, shorten logs, drop what is past its time; without a daemon."""

from typing import Annotated

import typer
from rich.progress import Progress

from advertisex_assets.cli.output import Format, FormatOption, errors, show
from advertisex_assets.upkeep.layers import LAYERS, rules_of, upkeep_layer
from advertisex_assets.upkeep.work import Upkept, upkept_frame
from resources.run import new_run
from resources.settings import settings
from resources.world import open_lake

SHOWN = ("table", "files_before", "files_after", "bytes_before", "bytes_after", "rows_dropped", "files_removed")
"""For people; JSON and CSV have everything."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="upkeep")(upkeep)


def upkeep(
    layer: Annotated[str | None, typer.Argument(help=f"Only one of {', '.join(LAYERS)}.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Keep tables quick and small: what the schedule `upkeep` does every hour."""
    if layer is not None and layer not in LAYERS:
        raise typer.BadParameter(f"There is no layer {layer!r}; there are {', '.join(LAYERS)}.")
    lake, run, done = open_lake(), new_run("upkeep"), list[Upkept]()
    layers = LAYERS if layer is None else (layer,)
    with Progress(console=errors(), transient=True) as progress:
        task = progress.add_task("upkeep", total=len(layers))
        for name in layers:
            progress.update(task, description=f"upkeep of {name}")
            done += upkeep_layer(lake, name, rules_of(settings()), run)
            progress.advance(task)
    rows = upkept_frame(done)
    for one in done:
        if one.waits_for:
            errors().print(f"{one.table} was not vacuumed: {one.waits_for}.")
    show(rows.select(SHOWN) if form is Format.TABLE and done else rows, form, "Upkeep")
