"""Gold assets: one per mart, partitioned by event date."""

from dagster import (
    AllPartitionMapping,
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    BackfillPolicy,
    MaterializeResult,
    MetadataValue,
    TimeWindowPartitionMapping,
    asset,
)

from advertisex_assets.describe import definition_metadata
from advertisex_assets.gold.marts import Input, Mart
from advertisex_assets.gold.pending import known_dates, pending_dates
from advertisex_assets.gold.refresh import refresh_mart
from advertisex_assets.gold.sources import Sources
from advertisex_assets.partitions import EVENT_DATES, span_of
from resources.run import Run
from resources.world import World
from schemas.run_tags import PENDING_ONLY

OWNER = "campaign-analytics@advertisex.example"


def gold_asset(mart: Mart) -> AssetsDefinition:
    """The asset of a mart."""

    @asset(
        key=["gold", mart.name],
        deps=[_dep(one) for one in mart.inputs.values()],
        partitions_def=EVENT_DATES,
        backfill_policy=BackfillPolicy.single_run(),
        group_name="gold",
        kinds={"deltalake", "polars"},
        owners=[OWNER],
        description=mart.table.description,
        metadata=definition_metadata(mart.table),
    )
    def gold(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        lake, (first, last) = world.lake(), span_of(context)
        select = pending_dates if context.run.tags.get(PENDING_ONLY) else known_dates
        dates = [day for day in select(mart, Sources(lake)) if first <= day <= last]
        receipts = refresh_mart(lake, mart, dates, Run(context.run_id))
        rows = sum(receipt.rows for receipt in receipts)
        return MaterializeResult(
            metadata={"rows written": MetadataValue.int(rows), "dates": MetadataValue.int(len(dates))}
        )

    return gold


def _dep(one: Input) -> AssetDep:
    mapping = TimeWindowPartitionMapping(
        start_offset=-one.days_before, end_offset=one.days_after, allow_nonexistent_upstream_partitions=True
    )
    key = AssetKey(one.table.split("."))
    return AssetDep(
        key, partition_mapping=mapping if one.table.split(".")[0] != "reference" else AllPartitionMapping()
    )
