"""The asset of data-driven attribution: one partition a month, trained on demand or backfilled."""

from collections.abc import Iterator
from datetime import date

from dagster import (
    AssetCheckResult,
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

from advertisex_assets.checks import failure, gate, held, passed
from advertisex_assets.describe import bars, definition_metadata
from advertisex_assets.gold.assets import OWNER
from advertisex_assets.gold.data_driven import Trained, train_month
from advertisex_assets.partitions import TRAINING_MONTHS, months_between, span_of
from resources.dagster_world import World
from resources.settings import settings
from schemas.errors import HeldBatchError
from schemas.tables.gold import DATA_DRIVEN

KEY = AssetKey(["gold", DATA_DRIVEN.name])
READS = ("silver.impressions", "silver.clicks", "gold.conversions", "silver.invalid_traffic")
SHOWN = 12
"""Campaigns in the picture: the rest earns next to nothing."""


def data_driven_asset() -> AssetsDefinition:
    """The asset."""
    open_gate = gate(KEY)
    days = TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)

    @asset(
        key=KEY,
        deps=[AssetDep(AssetKey(name.split(".")), partition_mapping=days) for name in READS],
        partitions_def=TRAINING_MONTHS,
        backfill_policy=BackfillPolicy.single_run(),
        group_name="gold",
        kinds={"deltalake", settings().engine},
        owners=[OWNER],
        description=DATA_DRIVEN.description,
        metadata=definition_metadata(DATA_DRIVEN),
        check_specs=[open_gate],
    )
    def data_driven(
        context: AssetExecutionContext, world: World
    ) -> Iterator[MaterializeResult | AssetCheckResult]:  # type: ignore[type-arg]
        lake, run = world.lake(), world.run(context.run_id)
        try:
            trained = [train_month(lake, month, run) for month in months_between(span_of(context))]
        except HeldBatchError as error:
            yield held(open_gate, error)
            raise failure(error) from error
        yield MaterializeResult(metadata=_metadata(trained))
        yield passed(open_gate)

    return data_driven


def _metadata(trained: list[Trained]) -> dict[str, MetadataValue | int]:  # type: ignore[type-arg]
    latest = trained[-1]
    shown = latest.rows.filter(dimension="campaign_id", model="markov_2").sort(
        "credit_micros", descending=True
    )
    picture = bars(shown.head(SHOWN), "channel", "credit_micros")
    return {
        "rows written": sum(one.rows.height for one in trained),
        "months": len(trained),
        f"campaigns of {_named(latest.month)} by Markov of order 2": MetadataValue.md(picture),
    }


def _named(month: date) -> str:
    return f"{month:%Y-%m}"
