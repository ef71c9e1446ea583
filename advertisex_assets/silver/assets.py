"""Silver assets: per feed one asset for each table it fills, its quarantine and its duplicates, made together."""

from collections.abc import Iterator

import polars as pl
from dagster import (
    AllPartitionMapping,
    AssetCheckResult,
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    MaterializeResult,
    multi_asset,
)

from advertisex_assets.checks import failure, gate, held, judge_refused, passed, refused_share
from advertisex_assets.describe import definition_metadata, ledger_metadata
from advertisex_assets.partitions import EVENT_DATES, span_of
from advertisex_assets.silver.catch_up import catch_up, rebuild
from advertisex_assets.silver.inputs import silver_inputs
from resources.run import Run
from resources.world import World
from schemas.errors import HeldBatchError
from schemas.feed import Feed
from schemas.run_tags import PENDING_ONLY
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from schemas.tables.table import Table


def silver_assets(feed: Feed) -> AssetsDefinition:
    """The assets of a feed's silver."""
    specs = [_spec(feed, table, ["silver", table.name]) for table in silver_tables(feed)]
    specs += [_spec(feed, table, ["silver", table.name, feed.name]) for table in (QUARANTINE, DUPLICATES)]
    open_gate, share = gate(specs[0].key), refused_share(specs[0].key)

    @multi_asset(
        name=f"silver_{feed.name}",
        specs=specs,
        partitions_def=EVENT_DATES,
        backfill_policy=BackfillPolicy.single_run(),
        check_specs=[open_gate, share],
    )
    def silver(
        context: AssetExecutionContext, world: World
    ) -> Iterator[MaterializeResult | AssetCheckResult]:  # type: ignore[type-arg]
        run, lake, span = Run(context.run_id), world.lake(), span_of(context)
        work = catch_up if context.run.tags.get(PENDING_ONLY) else rebuild
        try:
            receipt = work(lake, feed, silver_inputs(lake), run, span)
        except HeldBatchError as error:
            yield held(open_gate, error)
            raise failure(error) from error
        for spec in specs:
            written = {"rows written": receipt.rows.get(spec.key.path[1], 0)}
            yield MaterializeResult(asset_key=spec.key, metadata=written | ledger_metadata(receipt.ledger))
        yield passed(open_gate)
        sums = receipt.ledger.select(pl.col("received", "quarantined").sum()).row(0)
        yield judge_refused(share, *sums)

    return silver


def _spec(feed: Feed, table: Table, key: list[str]) -> AssetSpec:
    return AssetSpec(
        key=AssetKey(key),
        deps=[AssetDep(AssetKey(["bronze", feed.name]), partition_mapping=AllPartitionMapping())],
        description=table.description,
        group_name="silver",
        kinds={"deltalake", "polars"},
        owners=[feed.owner],
        metadata=definition_metadata(table),
    )
