"""The asset of invalid traffic: made from the silver tables of clicks, conversions and impressions around each date."""

from datetime import timedelta

from dagster import (
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
from advertisex_assets.partitions import EVENT_DATES, days_between, span_of
from advertisex_assets.silver.invalid_traffic import open_invalid_traffic, refresh_invalid_traffic
from advertisex_assets.transforms.invalid_traffic import TABLES
from resources.dagster_world import World
from resources.run import Run
from resources.settings import settings
from schemas.invalid_traffic import REACH_DAYS, Limits
from schemas.run_tags import PENDING_ONLY
from schemas.tables.silver import INVALID_TRAFFIC

KEY = AssetKey(["silver", INVALID_TRAFFIC.name])
OWNER = "traffic-quality@advertisex.example"


def limits() -> Limits:
    """The thresholds, with what the settings say."""
    return Limits(duplicate_window=timedelta(seconds=settings().duplicate_click_seconds))


def invalid_traffic_asset() -> AssetsDefinition:
    """The asset."""
    around = TimeWindowPartitionMapping(
        start_offset=-REACH_DAYS, end_offset=REACH_DAYS, allow_nonexistent_upstream_partitions=True
    )

    @asset(
        key=KEY,
        deps=[AssetDep(AssetKey(["silver", name]), partition_mapping=around) for name in TABLES],
        partitions_def=EVENT_DATES,
        backfill_policy=BackfillPolicy.single_run(),
        group_name="silver",
        kinds={"deltalake", "polars"},
        owners=[OWNER],
        description=INVALID_TRAFFIC.description,
        metadata=definition_metadata(INVALID_TRAFFIC),
    )
    def invalid_traffic(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        lake, span = world.lake(), span_of(context)
        tables = open_invalid_traffic(lake, limits())
        chosen = set(tables.pending()) if context.run.tags.get(PENDING_ONLY) else tables.known()
        dates = [day for day in days_between(span) if day in chosen]
        receipts = refresh_invalid_traffic(lake, Run(context.run_id), limits(), dates, tables)
        rows, done = (
            sum(receipt.rows for receipt in receipts),
            sum(len(receipt.dates) for receipt in receipts),
        )
        return MaterializeResult(
            metadata={"rows written": MetadataValue.int(rows), "dates": MetadataValue.int(done)}
        )

    return invalid_traffic
