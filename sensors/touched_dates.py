"""Touched dates: asks for silver and gold of exactly the dates that landings touched, one run per stretch of dates."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from dagster import (
    AssetKey,
    AssetSelection,
    DagsterRunStatus,
    DefaultSensorStatus,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)

from schemas.run_tags import PENDING_ONLY, RANGE_END, RANGE_START, REFRESHING

NAME = "touched_dates"

TICK_SECONDS = 5
"""The fastest that Dagster ticks (tried): freshness is worth a look at the log every time."""

MOST_STRETCHES = 8
"""Runs asked for in one tick; scattered late data beyond that waits for the next one."""

FIRST_REST_SECONDS = 10
LONGEST_REST_SECONDS = 600
"""Ten minutes: a fix takes effect soon enough, and a night of failures is some fifty runs, not six thousand."""
MOST_FAILURES = 8
"""As many failures in a row as the rest grows with."""

ACTIVE = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
]


@dataclass(frozen=True)
class Waiting:
    """Dates that some assets have yet to take in."""

    assets: frozenset[AssetKey]
    dates: frozenset[date]


def touched_dates_sensor(
    waiting: Callable[[], Sequence[Waiting]], covers: Collection[AssetKey]
) -> SensorDefinition:
    """The sensor over whatever `waiting` finds in the Delta logs; `covers` are all assets it may ask for.

    One set of runs at a time: dates that are touched meanwhile are asked for together afterwards.
    """

    @sensor(
        name=NAME,
        minimum_interval_seconds=TICK_SECONDS,
        default_status=DefaultSensorStatus.RUNNING,
        asset_selection=AssetSelection.assets(*covers),
        description="Starts silver and gold for exactly the event dates that landings touched.",
    )
    def touched_dates(context: SensorEvaluationContext) -> Iterator[RunRequest | SkipReason]:
        reason = _busy(context) or _resting(context)
        if reason:
            yield SkipReason(reason)
            return
        requests = run_requests(waiting())
        yield from requests or [SkipReason("Silver and gold are up to date with bronze.")]

    return touched_dates


def _busy(context: SensorEvaluationContext) -> str | None:
    mine = RunsFilter(tags={REFRESHING: NAME}, statuses=ACTIVE)
    busy = context.instance.get_runs_count(mine) > 0
    return "The dates of the last tick are still being worked on." if busy else None


def _resting(context: SensorEvaluationContext) -> str | None:
    """Why not to ask again yet: runs that keep failing are tried more and more rarely."""
    latest = context.instance.get_run_records(RunsFilter(tags={REFRESHING: NAME}), limit=MOST_FAILURES)
    failures = list(takewhile(lambda record: record.dagster_run.status == DagsterRunStatus.FAILURE, latest))
    if not failures or failures[0].end_time is None:
        return None
    left = failures[0].end_time + rest_seconds(len(failures)) - time.time()
    if left <= 0:
        return None
    run_id = failures[0].dagster_run.run_id
    return f"The last {len(failures)} runs failed (see run {run_id}); trying again in {left:.0f} s."


def rest_seconds(failures: int) -> int:
    """How long to wait after so many failures in a row: 10 s, doubled each time, at most 10 minutes."""
    return min(FIRST_REST_SECONDS << (failures - 1), LONGEST_REST_SECONDS)


def run_requests(waiting: Sequence[Waiting]) -> list[RunRequest]:
    """One request per stretch of consecutive dates, for all assets that wait for some of them; newest first."""
    stretches = consecutive({day for one in waiting for day in one.dates})[::-1]
    return [_request(stretch, waiting) for stretch in stretches[:MOST_STRETCHES]]


def _request(stretch: Sequence[date], waiting: Sequence[Waiting]) -> RunRequest:
    days = set(stretch)
    assets = {key for one in waiting if one.dates & days for key in one.assets}
    return RunRequest(
        asset_selection=sorted(assets, key=lambda key: key.path),
        tags={
            RANGE_START: stretch[0].isoformat(),
            RANGE_END: stretch[-1].isoformat(),
            PENDING_ONLY: "true",
            REFRESHING: NAME,
        },
    )


def consecutive(dates: Collection[date]) -> list[list[date]]:
    """The dates in order, cut wherever a day is missing."""
    stretches: list[list[date]] = []
    for day in sorted(dates):
        if stretches and day - stretches[-1][-1] == timedelta(days=1):
            stretches[-1].append(day)
        else:
            stretches.append([day])
    return stretches
