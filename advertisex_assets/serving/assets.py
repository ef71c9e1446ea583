"""The serving asset: gold in PostgreSQL, brought there by its sensor within a minute of a change."""

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, MaterializeResult, asset

from advertisex_assets.gold.marts import MARTS
from advertisex_assets.serving.serve import serve, stale_tables
from resources.dagster_world import World
from resources.serving import serving_uri
from resources.settings import settings
from resources.world import open_lake

KEY = AssetKey(["serving", "postgresql"])


def serving_asset() -> AssetsDefinition:
    """The asset that brings what has changed; it fails with a sentence where no database is set."""

    @asset(
        key=KEY,
        deps=[AssetKey(["gold", mart.name]) for mart in MARTS],
        group_name="serving",
        kinds={"postgresql"},
        owners=["campaign-analytics@advertisex.example"],
        description="Gold in PostgreSQL for BI tools: the dates whose files have changed, each all or nothing.",
    )
    def postgresql(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        brought = serve(world.lake(), serving_uri())
        return MaterializeResult(
            metadata={
                "rows brought": sum(table.rows for table in brought),
                "parts brought": sum(table.parts for table in brought),
                "parts removed": sum(table.parts_removed for table in brought),
            }
        )

    return postgresql


def waiting_to_be_served() -> list[str]:
    """The tables of which something has changed since it was brought; none where no database is set."""
    uri = settings().serving_postgresql_uri
    return [] if uri is None else stale_tables(open_lake(), uri)
