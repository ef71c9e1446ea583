"""Silver assets: per feed one asset for each table it fills, its quarantine and its duplicates, made together."""

from collections.abc import Iterator, Sequence
from datetime import date

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

from advertisex_assets.checks import (
    failure,
    gate,
    held,
    judge_reference,
    judge_refused,
    passed,
    reference_known,
    refused_share,
)
from advertisex_assets.describe import definition_metadata, drift_metadata, ledger_metadata
from advertisex_assets.holds import held_dates, hold_culprits, silver_batch
from advertisex_assets.partitions import EVENT_DATES, days_between, span_of
from advertisex_assets.silver.catch_up import catch_up, rebuild
from advertisex_assets.silver.inputs import silver_inputs
from advertisex_assets.silver.unmatched import unmatched, versions
from advertisex_assets.silver.write import SilverReceipt
from advertisex_assets.transforms.watch.conservation import date_ranges
from resources.dagster_world import World
from schemas.errors import HeldBatchError
from schemas.feed import Feed
from schemas.run_tags import PENDING_ONLY
from schemas.tables.reference import ADVERTISERS, CAMPAIGNS, CREATIVES
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from schemas.tables.table import Table

ENRICHED_BY = (CREATIVES, CAMPAIGNS, ADVERTISERS)
"""What the rows of events are joined with, as of their time."""


def silver_assets(feed: Feed) -> AssetsDefinition:
    """The assets of a feed's silver."""
    specs = [_spec(feed, table, ["silver", table.name], ENRICHED_BY) for table in silver_tables(feed)]
    specs += [_spec(feed, table, ["silver", table.name, feed.name]) for table in (QUARANTINE, DUPLICATES)]
    open_gate, share, known = gate(specs[0].key), refused_share(specs[0].key), reference_known(specs[0].key)

    @multi_asset(
        name=f"silver_{feed.name}",
        specs=specs,
        partitions_def=EVENT_DATES,
        backfill_policy=BackfillPolicy.single_run(),
        check_specs=[open_gate, share, known],
    )
    def silver(
        context: AssetExecutionContext, world: World
    ) -> Iterator[MaterializeResult | AssetCheckResult]:  # type: ignore[type-arg]
        run, lake, batch = world.run(context.run_id), world.lake(), silver_batch(feed)
        pending_only = bool(context.run.tags.get(PENDING_ONLY))
        work = catch_up if pending_only else rebuild
        on_hold = held_dates(lake, batch) if pending_only else frozenset()
        since = versions(lake, feed)
        dates = [day for day in days_between(span_of(context)) if day not in on_hold]

        def refresh(days: list[date]) -> SilverReceipt:
            inputs = silver_inputs(lake)
            return SilverReceipt.of([work(lake, feed, inputs, run, span) for span in date_ranges(days)])

        try:
            receipt = SilverReceipt.of(hold_culprits(lake, batch, run, dates, refresh))
        except HeldBatchError as error:
            yield held(open_gate, error)
            raise failure(error) from error
        for spec in specs:
            written = {"rows written": receipt.rows.get(spec.key.path[1], 0)}
            told = ledger_metadata(receipt.ledger) | drift_metadata(receipt.drift)
            yield MaterializeResult(asset_key=spec.key, metadata=written | told)
        yield passed(open_gate)
        sums = receipt.ledger.select(pl.col("received", "quarantined").sum()).row(0)
        yield judge_refused(share, *sums)
        yield judge_reference(known, *unmatched(lake, feed, since))

    return silver


def _spec(feed: Feed, table: Table, key: list[str], reference: Sequence[Table] = ()) -> AssetSpec:
    bronze = AssetDep(AssetKey(["bronze", feed.name]), partition_mapping=AllPartitionMapping())
    return AssetSpec(
        key=AssetKey(key),
        deps=[bronze, *(AssetKey(["reference", one.name]) for one in reference)],
        description=table.description,
        group_name="silver",
        kinds={"deltalake", "polars"},
        owners=[feed.owner],
        metadata=definition_metadata(table),
    )
