"""`advertisex refresh`: silver and gold up to date with bronze, by the very assets that Dagster runs."""

import warnings
from collections.abc import Sequence
from datetime import date

import polars as pl
import typer
from dagster import (
    AssetsDefinition,
    BetaWarning,
    DagsterEvent,
    DagsterInstance,
    ExecuteInProcessResult,
    materialize,
)
from rich.progress import Progress

from advertisex_assets.cli.output import Format, FormatOption, errors, show
from advertisex_assets.gold.assets import gold_asset
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.pending import pending_gold
from advertisex_assets.holds import held_dates, held_now, silver_batch
from advertisex_assets.silver.assets import silver_assets
from advertisex_assets.silver.handles import open_tables
from advertisex_assets.silver.inputs import silver_inputs
from advertisex_assets.silver.invalid_traffic import open_invalid_traffic
from advertisex_assets.silver.invalid_traffic_asset import invalid_traffic_asset, limits
from advertisex_assets.silver.pending import pending_dates
from advertisex_assets.watching import told_by_hand
from resources.dagster_world import World
from resources.lake import Lake
from resources.world import open_lake
from schemas.discover import all_feeds
from schemas.errors import AdvertiseXError
from schemas.run_tags import PENDING_ONLY, RANGE_END, RANGE_START
from sensors.touched_dates import consecutive

Receipt = dict[str, object]

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster tells every event of a run; what failed is in the error that the command prints."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command(name="refresh")(refresh)


def refresh(form: FormatOption = Format.TABLE) -> None:
    """Bring silver and gold up to date with bronze, without a daemon."""
    # As in `definitions`, which is not imported here.
    warnings.filterwarnings("ignore", category=BetaWarning)
    with told_by_hand("refresh"):
        receipts = _refresh_all(open_lake())
    if waiting := held_now(open_lake()).height:
        errors().print(f"[yellow]{waiting} dates are held and were left alone: `advertisex release`.[/yellow]")
    if not receipts and form is Format.TABLE:
        print("Everything was up to date.")
        return
    show_receipts(receipts, form)


def _refresh_all(lake: Lake) -> list[Receipt]:
    lake = open_lake()
    receipts: list[Receipt] = []
    feeds = all_feeds()
    with Progress(console=errors(), transient=True) as progress, DagsterInstance.ephemeral() as instance:
        task = progress.add_task("refreshing", total=len(feeds) + 1)
        for feed in feeds:
            progress.update(task, description=f"silver of {feed.name}")
            dates = pending_dates(open_tables(lake, feed), silver_inputs(lake))
            ready = dates.keys() - held_dates(lake, silver_batch(feed))
            receipts += _run([silver_assets(feed)], sorted(ready), instance)
            progress.advance(task)
        progress.update(task, description="invalid traffic and gold")
        receipts += refresh_after_silver(lake, instance)
    return receipts


def refresh_after_silver(lake: Lake, instance: DagsterInstance) -> list[Receipt]:
    """Everything that is made of silver."""
    pending = open_invalid_traffic(lake, limits()).pending()
    return _run([invalid_traffic_asset()], pending, instance) + _refresh_gold(lake, instance)


def show_receipts(receipts: Sequence[Receipt], form: Format) -> None:
    """Prints what was refreshed, by table."""
    columns = {"table": pl.String, "dates": pl.Int64, "rows": pl.Int64}
    show(pl.DataFrame(receipts, schema=columns).group_by("table", maintain_order=True).sum(), form, "Refreshed")


def _refresh_gold(lake: Lake, instance: DagsterInstance) -> list[Receipt]:
    waiting = pending_gold(lake)
    assets = [gold_asset(mart) for mart in MARTS if mart.name in waiting]
    return _run(assets, sorted({day for dates in waiting.values() for day in dates}), instance)


def _run(
    assets: Sequence[AssetsDefinition], dates: Sequence[date], instance: DagsterInstance
) -> list[Receipt]:
    """One run of the assets per stretch of dates, oldest first: a gap costs Dagster events for each of its days."""
    return [
        receipt for stretch in consecutive(dates) if assets for receipt in _over(assets, stretch, instance)
    ]


def _over(
    assets: Sequence[AssetsDefinition], dates: Sequence[date], instance: DagsterInstance
) -> list[Receipt]:
    """One run of the assets over a span of dates; only what is pending in it is done."""
    tags = {
        RANGE_START: dates[0].isoformat(),
        RANGE_END: dates[-1].isoformat(),
        PENDING_ONLY: "true",
    }
    result = materialize(
        list(assets),
        instance=instance,
        tags=tags,
        resources={"world": World()},
        run_config=QUIET,
        raise_on_error=False,
    )
    if not result.success:
        raise AdvertiseXError(_failure(result))
    # A run over a span records every table once per partition: each time the same numbers.
    made = (event for event in result.all_node_events if event.is_step_materialization)
    receipts = {event.asset_key: _receipt(event) for event in made}.values()
    return sorted(receipts, key=lambda receipt: str(receipt["table"]))


def _receipt(event: DagsterEvent) -> Receipt:
    made = event.step_materialization_data.materialization
    numbers = {name: made.metadata[name].value for name in ("dates", "rows written")}
    return {
        "table": ".".join(made.asset_key.path),
        "dates": numbers["dates"],
        "rows": numbers["rows written"],
    }


def _failure(result: ExecuteInProcessResult) -> str:
    failed = [event for event in result.all_node_events if event.is_step_failure]
    causes = [str(event.step_failure_data.error_display_string) for event in failed]
    return "The refresh failed; what was committed stands, and running it again goes on.\n" + "\n".join(
        causes
    )
