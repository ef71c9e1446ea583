"""Bronze assets: one per feed, partitioned by landing date."""

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    BackfillPolicy,
    MaterializeResult,
    MetadataValue,
    asset,
)

from advertisex_assets.bronze.verify import partition_summary
from advertisex_assets.bronze.waiting import land_waiting
from advertisex_assets.describe import definition_metadata
from advertisex_assets.partitions import LANDING_DATES, span_of
from resources.run import Run
from resources.world import World
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table


def bronze_asset(feed: Feed) -> AssetsDefinition:
    """The asset that lands a feed."""

    @asset(
        key=["bronze", feed.name],
        partitions_def=LANDING_DATES,
        backfill_policy=BackfillPolicy.single_run(),
        group_name="bronze",
        kinds={"deltalake", "kafka"},
        owners=[feed.owner],
        description=f"{feed.description} Today's partition lands what waits; a past one is only verified.",
        metadata=definition_metadata(bronze_table(feed)),
    )
    def bronze(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        run, span = Run(context.run_id), span_of(context)
        rows = land_waiting(world, feed, run).rows if span[1] == run.clock().date() else 0
        summary = partition_summary(world.lake(), feed, span)
        return MaterializeResult(
            metadata={"landed": MetadataValue.int(rows), "dagster/row_count": summary["rows"], **summary}
        )

    return bronze
