"""Assets of finality: published numbers, one partition a day, and the status of all days."""

from dagster import (
    AllPartitionMapping,
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    BackfillPolicy,
    MaterializeResult,
    asset,
)

from advertisex_assets.describe import definition_metadata
from advertisex_assets.gold.assets import OWNER
from advertisex_assets.gold.day_status import refresh_day_status
from advertisex_assets.gold.publish import finalise
from advertisex_assets.partitions import EVENT_DATES, days_between, span_of
from resources.dagster_world import World
from resources.run import Run
from schemas.tables.gold import ARRIVALS, CAMPAIGN_DAILY, DAY_STATUS, PUBLISHED, RESTATEMENTS

PUBLISHED_KEY = AssetKey(["gold", PUBLISHED.name])
STATUS_KEY = AssetKey(["gold", DAY_STATUS.name])


def published_asset() -> AssetsDefinition:
    """The asset: materializing a day finalises it, once; later differences wait as restatements."""

    @asset(
        key=PUBLISHED_KEY,
        deps=[AssetDep(AssetKey(["gold", CAMPAIGN_DAILY.name]))],
        partitions_def=EVENT_DATES,
        backfill_policy=BackfillPolicy.single_run(),
        group_name="gold",
        kinds={"deltalake"},
        owners=[OWNER],
        description=PUBLISHED.description,
        metadata=definition_metadata(PUBLISHED),
    )
    def published(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        run = world.run(context.run.run_id)
        today = run.clock().date()
        # By hand any day that is over can be finalised; the schedule asks for those that are due.
        over = [day for day in days_between(span_of(context)) if day < today]
        done = finalise(world.lake(), run, over)
        return MaterializeResult(
            metadata={"finalised": ", ".join(map(str, done)) or "none", "dates": len(done)}
        )

    return published


def day_status_asset() -> AssetsDefinition:
    """The asset: the whole table, by the clock."""

    @asset(
        key=STATUS_KEY,
        deps=[
            AssetDep(AssetKey(["gold", table.name]), partition_mapping=AllPartitionMapping())
            for table in (ARRIVALS, PUBLISHED, RESTATEMENTS)
        ],
        group_name="gold",
        kinds={"deltalake", "polars"},
        owners=[OWNER],
        description=DAY_STATUS.description,
        metadata=definition_metadata(DAY_STATUS),
    )
    def day_status(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        rows = refresh_day_status(world.lake(), Run(context.run.run_id))
        final = rows.filter("is_final")["event_date"].n_unique()
        pending = rows.unique("event_date")["pending_restatements"].sum()
        counts = {"dagster/row_count": rows.height, "final days": final, "pending restatements": int(pending)}
        return MaterializeResult(metadata=counts)

    return day_status
