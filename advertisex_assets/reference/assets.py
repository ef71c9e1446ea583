"""Reference assets: campaigns, creatives, advertisers and users, loaded together from where they are kept."""

from collections.abc import Iterator

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    multi_asset,
)

from advertisex_assets.describe import definition_metadata
from advertisex_assets.reference.load import load_reference
from resources.dagster_world import World
from schemas.tables.reference import REFERENCE_TABLES

OWNER = "campaign-management@advertisex.example"


def reference_assets() -> AssetsDefinition:
    """The assets that load reference data."""
    specs = [
        AssetSpec(
            key=AssetKey(["reference", table.name]),
            description=table.description,
            group_name="reference",
            kinds={"deltalake"},
            owners=[OWNER],
            metadata=definition_metadata(table),
        )
        for table in REFERENCE_TABLES
    ]

    @multi_asset(name="reference", specs=specs)
    def reference(context: AssetExecutionContext, world: World) -> Iterator[MaterializeResult]:  # type: ignore[type-arg]
        loaded = load_reference(world.lake(), world.reference_source(), world.pseudonym_key(), context.run_id)
        for spec, table in zip(specs, loaded, strict=True):
            counts = {"dagster/row_count": table.rows, "version": table.version}
            yield MaterializeResult(asset_key=spec.key, metadata=counts)

    return reference
