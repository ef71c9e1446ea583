"""Gold assets: one per mart, partitioned by event date."""

from collections.abc import Iterator
from datetime import timedelta

from dagster import (
    AllPartitionMapping,
    AssetCheckResult,
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    BackfillPolicy,
    FreshnessPolicy,
    MaterializeResult,
    TimeWindowPartitionMapping,
    asset,
)

from advertisex_assets.checks import failure, gate, held, passed
from advertisex_assets.describe import definition_metadata
from advertisex_assets.gold.marts import MARTS, Input, Mart
from advertisex_assets.gold.pending import known_dates, pending_dates
from advertisex_assets.gold.refresh import at_first, open_for, refresh_mart
from advertisex_assets.holds import held_dates, hold_culprits
from advertisex_assets.partitions import EVENT_DATES, span_of
from resources.dagster_world import World
from resources.settings import settings
from schemas.errors import HeldBatchError
from schemas.run_tags import PENDING_ONLY

PRIORITY_TAG = "dagster/priority"
"""Of steps that could begin, Dagster begins the highest: here silver, without one, then marts in their order. So
campaigns, which are watched live, do not wait for what is looked at tomorrow."""

OWNER = "campaign-analytics@advertisex.example"

FRESH = FreshnessPolicy.time_window(fail_window=timedelta(hours=1, minutes=30))
"""The UI's own sign, for runs: the slowest feed promises an hour. Marts are late by event time when their feeds are."""


def gold_asset(mart: Mart) -> AssetsDefinition:
    """The asset of a mart."""
    key = AssetKey(["gold", mart.name])
    open_gate = gate(key)

    @asset(
        key=key,
        deps=[_dep(one) for one in mart.inputs.values()],
        partitions_def=EVENT_DATES,
        backfill_policy=BackfillPolicy.single_run(),
        group_name="gold",
        kinds={"deltalake", settings().engine},
        freshness_policy=FRESH,
        owners=[OWNER],
        description=mart.table.description,
        metadata=definition_metadata(mart.table),
        check_specs=[open_gate],
        op_tags={PRIORITY_TAG: str(-1 - MARTS.index(mart))},
    )
    def gold(context: AssetExecutionContext, world: World) -> Iterator[MaterializeResult | AssetCheckResult]:  # type: ignore[type-arg]
        lake, (first, last) = world.lake(), span_of(context)
        pending_only = bool(context.run.tags.get(PENDING_ONLY))
        select = pending_dates if pending_only else known_dates
        batch = mart.table.full_name
        on_hold = held_dates(lake, batch) if pending_only else frozenset()
        run = world.run(context.run_id)
        # Opening costs as much as a small batch, and marts read the same tables.
        sources = world.shared(context.run_id, lambda: open_for(_marts_of(context), lake, run.engine))
        dates = [day for day in select(mart, sources) if first <= day <= last and day not in on_hold]
        handles = at_first(sources)
        try:
            receipts = hold_culprits(
                lake, batch, run, dates, lambda days: refresh_mart(lake, mart, days, run, opened=next(handles))
            )
        except HeldBatchError as error:
            yield held(open_gate, error)
            raise failure(error) from error
        finally:
            if dates:
                sources.renew(batch)
        rows = sum(receipt.rows for some in receipts for receipt in some)
        yield MaterializeResult(metadata={"rows written": rows, "dates": len(dates)})
        yield passed(open_gate)

    return gold


def _marts_of(context: AssetExecutionContext) -> list[Mart]:
    """The marts that the run may write, each after those that it reads."""
    chosen = context.run.asset_selection
    return [mart for mart in MARTS if chosen is None or AssetKey(["gold", mart.name]) in chosen]


def _dep(one: Input) -> AssetDep:
    mapping = TimeWindowPartitionMapping(
        start_offset=-one.days_before, end_offset=one.days_after, allow_nonexistent_upstream_partitions=True
    )
    key = AssetKey(one.table.split("."))
    return AssetDep(
        key, partition_mapping=mapping if one.table.split(".")[0] != "reference" else AllPartitionMapping()
    )
