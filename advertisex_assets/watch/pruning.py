"""Pruning: the asset that keeps Dagster's own storage small; the upkeep schedule runs it every hour."""

from datetime import timedelta

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, MaterializeResult, asset

from resources.dagster_world import World
from resources.pruning import prune
from resources.run import utc_now

GROUP = "upkeep"
OWNER = "data-platform@advertisex.example"


def pruning_asset() -> AssetsDefinition:
    """The asset."""

    @asset(
        key=AssetKey([GROUP, "dagster"]),
        group_name=GROUP,
        owners=[OWNER],
        description="Dagster's runs, events and checks without those that are old; the latest of everything stays.",
    )
    def dagster_history(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        before = utc_now() - timedelta(days=world.settings.dagster_history_days)
        done = prune(context.instance, before)
        return MaterializeResult(
            metadata={
                "runs deleted": done.runs,
                "old runs kept as latest state": done.kept_runs,
                "check executions deleted": done.check_executions,
            }
        )

    return dagster_history
