"""Upkeep assets: one per layer, on a schedule; what each table cost and gained is their metadata."""

from collections.abc import Sequence

import polars as pl
from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSelection,
    DefaultScheduleStatus,
    MaterializeResult,
    MetadataValue,
    ScheduleDefinition,
    asset,
    define_asset_job,
)

from advertisex_assets.upkeep.layers import LAYERS, rules_of, upkeep_layer
from advertisex_assets.upkeep.work import Upkept, upkept_frame
from resources.dagster_world import World
from resources.run import Run

GROUP = "upkeep"
OWNER = "data-platform@advertisex.example"

QUARTER_HOURLY = "2-59/15 * * * *"
"""Each micro-batch looks at the small files of its day: by the hour they were so many that it took half as long again.
Not on the hour, when reports are made."""

SUMS = ("rows_dropped", "files_removed", "bytes_removed", "merged_bytes", "lost_races", "seconds")


def upkeep_assets() -> list[AssetsDefinition]:
    """The asset of each layer."""
    return [_upkeep_asset(layer) for layer in LAYERS]


def upkeep_schedule() -> ScheduleDefinition:
    """The schedule of all of them."""
    job = define_asset_job("upkeep", AssetSelection.groups(GROUP))
    return ScheduleDefinition(
        name="upkeep", job=job, cron_schedule=QUARTER_HOURLY, default_status=DefaultScheduleStatus.RUNNING
    )


def _upkeep_asset(layer: str) -> AssetsDefinition:
    @asset(
        key=AssetKey([GROUP, layer]),
        group_name=GROUP,
        kinds={"deltalake"},
        owners=[OWNER],
        description=f"Tables of {layer} in few files, with short logs and without files that nobody needs.",
    )
    def upkeep(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        rules = rules_of(world.settings)
        done = list(upkeep_layer(world.lake(), layer, rules, Run(context.run_id)))
        return MaterializeResult(metadata=upkeep_metadata(done))

    return upkeep


def upkeep_metadata(done: Sequence[Upkept]) -> dict[str, MetadataValue]:  # type: ignore[type-arg]
    """Files and bytes before and after, what it cost, and one line a table."""
    found: dict[str, MetadataValue] = {}  # type: ignore[type-arg]
    for name in ("files", "bytes"):
        before, after = (sum(getattr(one, f"{name}_{when}") for one in done) for when in ("before", "after"))
        found |= {f"{name} before": MetadataValue.int(before), f"{name} after": MetadataValue.int(after)}
    for name in SUMS:
        total = sum(getattr(one, name) for one in done)
        found[name.replace("_", " ")] = MetadataValue.float(float(total))
    if done:
        found["tables"] = MetadataValue.md(_as_markdown(upkept_frame(done)))
    return found


def _as_markdown(rows: pl.DataFrame) -> str:
    lines = ["| " + " | ".join(rows.columns) + " |", "|---" * rows.width + "|"]
    lines += ["| " + " | ".join("" if v is None else str(v) for v in row) + " |" for row in rows.iter_rows()]
    return "\n".join(lines)
