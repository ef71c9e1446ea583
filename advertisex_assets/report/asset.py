"""The asset of reports: one page a day, with the same charts in the Dagster UI."""

import base64
from typing import TYPE_CHECKING

from dagster import (
    AssetDep,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    BackfillPolicy,
    MaterializeResult,
    MetadataValue,
    asset,
)

from advertisex_assets.gold.assets import OWNER
from advertisex_assets.partitions import EVENT_DATES, span_of
from resources.dagster_world import World
from resources.run import Run
from schemas.tables.gold import ATTRIBUTION_DAILY, AUCTION_FUNNEL, CAMPAIGN_DAILY

if TYPE_CHECKING:
    from advertisex_assets.report.write import Report

KEY = AssetKey(["reports", "daily"])
READS = (CAMPAIGN_DAILY, ATTRIBUTION_DAILY, AUCTION_FUNNEL)


def report_asset() -> AssetsDefinition:
    """The asset."""

    @asset(
        key=KEY,
        deps=[AssetDep(AssetKey(["gold", table.name])) for table in READS],
        partitions_def=EVENT_DATES,
        backfill_policy=BackfillPolicy.single_run(),
        group_name="reports",
        kinds={"altair"},
        owners=[OWNER],
        description="One HTML page a day: campaigns, trend, funnel, attribution, refused and invalid traffic.",
    )
    def daily(context: AssetExecutionContext, world: World) -> MaterializeResult:  # type: ignore[type-arg]
        # Here: charts take half a second to import, and every run of every asset imports this module.
        from advertisex_assets.report.write import write_report

        lake, (first, last), now = world.lake(), span_of(context), Run(context.run.run_id).clock()
        known = lake.open(CAMPAIGN_DAILY).rows_by_date()
        # A span may reach back for years: a day without events has no page, and only the last one's charts are shown.
        days = sorted(day for day in known if first <= day <= last)
        written = [write_report(lake, day, now, with_pictures=day == days[-1]) for day in days]
        return MaterializeResult(metadata=_metadata(written))

    return daily


def _metadata(written: "list[Report]") -> dict[str, MetadataValue | int]:  # type: ignore[type-arg]
    if not written:
        return {"pages": 0}
    latest = written[-1]
    shown = {title: MetadataValue.md(_picture(title, content)) for title, content in latest.pictures.items()}
    page = {"page": MetadataValue.path(latest.uri), "bytes": latest.size_bytes, "pages": len(written)}
    return page | shown


def _picture(title: str, png: bytes) -> str:
    return f"![{title}](data:image/png;base64,{base64.b64encode(png).decode()})"
