"""Schedules: what the clock starts: days are finalised when they are due, reports are written."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from dagster import (
    AssetKey,
    AssetSelection,
    DefaultScheduleStatus,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    schedule,
)

from schemas.run_tags import RANGE_END, RANGE_START
from sensors.touched_dates import consecutive

HOURLY_FINALITY = "20 * * * *"
"""A status is told by whole hours of age: more often would say the same."""

HOURLY_REPORTS = "40 * * * *"
"""After the status; a page takes a second or two."""

REPORTED_DAYS = 5
"""Today, and the days that are not final yet by default, until each was shown as final once."""

PUBLISHED = AssetKey(["gold", "published"])
DAY_STATUS = AssetKey(["gold", "day_status"])
REPORTS = AssetKey(["reports", "daily"])


def finality_schedule(due: Callable[[], Sequence[date]]) -> ScheduleDefinition:
    """Finalises the days that `due` names, and tells the status of all days."""

    @schedule(
        name="finality",
        cron_schedule=HOURLY_FINALITY,
        target=AssetSelection.assets(PUBLISHED, DAY_STATUS),
        default_status=DefaultScheduleStatus.RUNNING,
        description="Finalises days that are due, and tells how complete and final each day is.",
    )
    def finality(context: ScheduleEvaluationContext) -> Iterator[RunRequest]:
        # Keys of this very tick: a run that fails is asked for again at the next one.
        tick = context.scheduled_execution_time.isoformat()
        for stretch in consecutive(due()):
            yield _over(stretch[0], stretch[-1], PUBLISHED, tick)
        yield RunRequest(f"{tick}/status", asset_selection=[DAY_STATUS])

    return finality


def reports_schedule() -> ScheduleDefinition:
    """Writes the reports of the newest days, again and again while they change."""

    @schedule(
        name="reports",
        cron_schedule=HOURLY_REPORTS,
        target=AssetSelection.assets(REPORTS),
        default_status=DefaultScheduleStatus.RUNNING,
        description="Writes the reports of the newest days.",
    )
    def reports(context: ScheduleEvaluationContext) -> RunRequest:
        today = context.scheduled_execution_time.date()
        tick = context.scheduled_execution_time.isoformat()
        return _over(today - timedelta(days=REPORTED_DAYS - 1), today, REPORTS, tick)

    return reports


def _over(first: date, last: date, asset: AssetKey, tick: str) -> RunRequest:
    tags = {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}
    return RunRequest(f"{tick}/{first}", asset_selection=[asset], tags=tags)
