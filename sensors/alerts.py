"""Alerts: sensors that look for what is wrong and have people told. What is wrong, and who is told, is handed in.

A tick never waits for a receiver, nor for a long look at the lake: those happen in a thread of their own, one at a
time, and an error in one fails the next tick, where it is seen. What is to be told is in `ops.alerts` before it is
sent, so a process that dies loses nothing.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from dagster import (
    DagsterInstance,
    DefaultSensorStatus,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    sensor,
)

from advertisex_assets.transforms.watch.failures import (
    AWAY,
    CHECKS,
    RUNS,
    SENSORS,
    away_problems,
    check_problem,
    is_over,
    run_problem,
    sensor_problems,
)
from resources.orchestrator import failed_checks, failed_runs, last_materialized_at, sensor_health
from resources.run import utc_now
from resources.settings import settings
from schemas.alerts.incident import Incident, Problem
from schemas.alerts.observed import SensorHealth
from schemas.checks.checks import GATE
from schemas.errors import NotedHoldError
from sensors.background import Background
from sensors.outage import Outage

RUNS_PER_TICK = 200
"""Failed runs that one tick reads the errors of: some milliseconds each."""

FIRST_LOOK = timedelta(hours=1)
"""Without a cursor, runs that failed longer ago are history."""

ORCHESTRATOR_SECONDS = 15
"""How often Dagster itself is looked at: a failed run is told within half a minute."""

REST = 30
"""A look rests so many seconds for each second of CPU that it took: three looks never take a tenth of one core."""


class Told(Protocol):
    """Where problems go (`advertisex_assets.watch.alerts.Alerts`)."""

    def report(
        self, problems: Iterable[Problem], cleared_scopes: Iterable[str] = (), over: Iterable[str] = ()
    ) -> list[Incident]:
        """Takes what was seen."""

    def deliver(self) -> object:
        """Sends what is due."""

    def open_incidents(self) -> list[Incident]:
        """What is wrong now."""


@dataclass(frozen=True)
class Look:
    """One regular look: every `seconds`, `find` returns all problems of its scope."""

    scope: str
    seconds: int
    find: Callable[[datetime], Sequence[Problem]]
    description: str


def alert_sensors(told: Callable[[], Told], looks: Sequence[Look]) -> list[SensorDefinition]:
    """The sensor over Dagster itself, and one per look at the lake."""
    backgrounds = [Background(f"watch_{look.scope}", REST) for look in looks]
    watchers = [_look_sensor(told, *pair) for pair in zip(looks, backgrounds, strict=True)]
    return [_orchestrator_sensor(told, backgrounds), *watchers]


def _look_sensor(told: Callable[[], Told], look: Look, background: Background) -> SensorDefinition:
    def work() -> None:
        alerts = told()
        alerts.report(look.find(utc_now()), [look.scope])
        alerts.deliver()

    @sensor(
        name=background.name,
        minimum_interval_seconds=look.seconds,
        default_status=DefaultSensorStatus.RUNNING,
        description=look.description,
    )
    def watch() -> SkipReason:
        return SkipReason("Looking." if background.begin(work) else "The last look is not over yet, or was long.")

    return watch


def _orchestrator_sensor(told: Callable[[], Told], backgrounds: Sequence[Background]) -> SensorDefinition:
    delivery = Background("watch-delivery")

    @sensor(
        name="watch_runs",
        minimum_interval_seconds=ORCHESTRATOR_SECONDS,
        default_status=DefaultSensorStatus.RUNNING,
        description="Tells of failed runs and checks, failing or silent sensors and systems away; sends what is due.",
    )
    def watch_runs(context: SensorEvaluationContext) -> SkipReason:
        alerts, now = told(), utc_now()
        failed = failed_runs(context.instance, _since(context.cursor, now), RUNS_PER_TICK)
        url = settings().dagster_url.rstrip("/")
        # Those that are noted in ops.held are told by a look of their own, until they are released.
        events = [run_problem(run, url) for run in failed if run.error_class != NotedHoldError.__name__]
        problems = events + _states(context, backgrounds, now, url)
        alerts.report(problems, [CHECKS, SENSORS, AWAY], _recovered(context.instance, alerts))
        if failed:
            context.update_cursor(json.dumps({"updated_after": failed[-1].updated_at.timestamp()}))
        delivery.begin(alerts.deliver)
        return SkipReason(
            f"{len(failed)} runs failed since the last look." if failed else "No new failed run."
        )

    return watch_runs


def _states(
    context: SensorEvaluationContext, backgrounds: Sequence[Background], now: datetime, url: str
) -> list[Problem]:
    """Failed checks, failing sensors, and systems that sensors say are away."""
    graph = context.repository_def.asset_graph if context.repository_def else None
    checks = failed_checks(context.instance, list(graph.asset_check_keys) if graph else [])
    # A look that has failed fails the next tick of its sensor: that is half a minute, or more, too late.
    failing = {one.name: one.error for one in backgrounds if one.error}
    ticked = {one.name: one for one in sensor_health(context.instance)}
    ticked |= {name: SensorHealth(name, now, error) for name, error in failing.items()}
    sensors = list(ticked.values())
    outages = {one.name: Outage.from_cursor(one.cursor) for one in sensors}
    reasons = {name: outage.reason for name, outage in outages.items() if outage.failures}
    return [
        # What a gate holds is told as such, until it is released.
        *(check_problem(check, url) for check in checks if check.check != GATE),
        *sensor_problems(sensors, now, url),
        *away_problems(reasons, now, url),
    ]


def _recovered(instance: DagsterInstance, alerts: Told) -> list[str]:
    """Keys of failed-run incidents whose assets were materialized since."""
    waiting = [one for one in alerts.open_incidents() if one.problem.scope == RUNS]
    return [one.key for one in waiting if is_over(one, last_materialized_at(instance, _assets(one)))]


def _assets(incident: Incident) -> list[str]:
    return [asset for asset in incident.problem.subject.split(", ") if "/" in asset]


def _since(cursor: str | None, now: datetime) -> datetime:
    """The cursor only spares work: without it the last hour is looked at again, and known failures stay known."""
    try:
        found: Mapping[str, float] = json.loads(cursor or "{}")
        return datetime.fromtimestamp(found["updated_after"], UTC)
    except (ValueError, TypeError, KeyError):
        return now - FIRST_LOOK
