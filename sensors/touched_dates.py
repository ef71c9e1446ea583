"""Touched dates: asks for silver and gold of exactly the dates that landings touched, one run per stretch of dates."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dagster import (
    AssetKey,
    AssetSelection,
    DagsterInstance,
    DefaultSensorStatus,
    RunRequest,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)

from resources.run import utc_now
from schemas.run_tags import PENDING_ONLY, RANGE_END, RANGE_START, REFRESHING
from sensors.runs import TICK_SECONDS, is_under_way, resting

NAME = "touched_dates"

WATCHED_SECONDS = 4.0
"""How long a tick waits for the runs of the last one to end: until shortly before the next tick."""

GLANCE_SECONDS = 0.2
"""How soon their end is seen; each look is one question to Dagster's database."""

MOST_STRETCHES = 8
"""Runs asked for in one tick; scattered late data beyond that waits for the next one."""

MINE = {REFRESHING: NAME}
"""The tags of the runs that this sensor asked for."""

LONGEST_SILENCE = timedelta(hours=6)
"""A run that has not changed its state for so long is taken for dead: rebuilds of years take hours."""


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
        if not _is_free(context.instance):
            yield SkipReason("The dates of the last tick are still being worked on.")
            return
        if reason := resting(context.instance, MINE, utc_now()):
            yield SkipReason(reason)
            return
        requests = run_requests(waiting())
        yield from requests or [SkipReason("Silver and gold are up to date with bronze.")]

    return touched_dates


def _is_free(instance: DagsterInstance) -> bool:
    """Whether no run of this sensor is under way; waits a little, so that what came meanwhile waits for no tick."""
    until = time.monotonic() + WATCHED_SECONDS
    while is_under_way(instance, MINE, utc_now(), LONGEST_SILENCE):
        if time.monotonic() > until:
            return False
        time.sleep(GLANCE_SECONDS)
    return True


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
