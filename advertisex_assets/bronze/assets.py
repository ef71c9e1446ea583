"""Bronze assets: one per feed, partitioned by landing date."""

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    BackfillPolicy,
    FreshnessPolicy,
    MaterializeResult,
    asset,
)

from advertisex_assets.bronze.verify import landing_summary, partition_summary
from advertisex_assets.bronze.waiting import land_waiting
from advertisex_assets.checks import judge_doubled, no_record_doubled
from advertisex_assets.describe import definition_metadata
from advertisex_assets.partitions import LANDING_DATES, span_of
from resources.dagster_world import World
from resources.kafka import Part
from resources.run import Run
from schemas.feed import Feed
from schemas.run_tags import LANDING_PART
from schemas.tables.bronze import bronze_table


def bronze_asset(feed: Feed) -> AssetsDefinition:
    """The asset that lands a feed."""
    key = AssetKey(["bronze", feed.name])
    once = no_record_doubled(key)

    @asset(
        key=key,
        check_specs=[once],
        partitions_def=LANDING_DATES,
        backfill_policy=BackfillPolicy.single_run(),
        group_name="bronze",
        kinds={"deltalake", "kafka"},
        # The UI's own sign: it sees runs, not events; `watch_freshness` judges by event time.
        freshness_policy=FreshnessPolicy.time_window(fail_window=feed.freshness),
        owners=[feed.owner],
        description=f"{feed.description} Today's partition lands what waits; a past one is only verified.",
        metadata=definition_metadata(bronze_table(feed)),
    )
    def bronze(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        run, lake, span = Run(context.run_id), world.lake(), span_of(context)
        if span[1] == run.clock().date():
            before = lake.open(bronze_table(feed)).version
            land_waiting(world, feed, run, Part.parse(context.run.tags.get(LANDING_PART)))
            summary = landing_summary(lake, feed, before)
        else:
            summary = partition_summary(lake, feed, span)
        return MaterializeResult(metadata=summary, check_results=[judge_doubled(once, summary["doubled"])])

    return bronze
