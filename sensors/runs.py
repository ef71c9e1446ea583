"""Runs: how often sensors ask for runs, and what became of these: under way, or failing again and again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import takewhile

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

UNDER_WAY = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]

TICK_SECONDS = 1
"""As often as Dagster ticks, which is every five seconds; told five, it leaves out every other one for milliseconds."""

FIRST_REST_SECONDS = 10
LONGEST_REST_SECONDS = 600
"""Ten minutes: a fix takes effect soon enough, and a night of failures is some fifty runs, not six thousand."""
MOST_FAILURES = 8
"""As many failures in a row as the rest grows with."""


def is_under_way(
    instance: DagsterInstance, tags: Mapping[str, str], now: datetime, longest_silence: timedelta
) -> bool:
    """Whether such a run is queued or under way, and has changed its state within that time.

    Where Dagster's run monitoring is off, a run whose process was killed says for ever that it is under way. Two runs
    that do the same work are safe: one of them loses the race.
    """
    filters = RunsFilter(tags=dict(tags), statuses=UNDER_WAY, updated_after=now - longest_silence)
    return bool(instance.get_run_ids(filters, limit=1))


def resting(instance: DagsterInstance, tags: Mapping[str, str], now: datetime) -> str | None:
    """Why not to ask for such a run again yet: runs that keep failing are tried more and more rarely."""
    latest = instance.get_run_records(RunsFilter(tags=dict(tags)), limit=MOST_FAILURES)
    failures = list(takewhile(lambda record: record.dagster_run.status == DagsterRunStatus.FAILURE, latest))
    if not failures or failures[0].end_time is None:
        return None
    left = failures[0].end_time + rest_seconds(len(failures)) - now.timestamp()
    if left <= 0:
        return None
    run_id = failures[0].dagster_run.run_id
    return f"The last {len(failures)} runs failed (see run {run_id}); trying again in {left:.0f} s."


def rest_seconds(failures: int) -> int:
    """How long to wait after so many failures in a row: 10 s, doubled each time, at most 10 minutes."""
    return min(FIRST_REST_SECONDS << (failures - 1), LONGEST_REST_SECONDS)
