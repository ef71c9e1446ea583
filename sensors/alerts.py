"""Alerts: sensors that look for what is wrong and have people told. What is wrong, and who is told, is handed in.

A tick never waits for a receiver, nor for a long look at the lake: those happen in a thread of their own, one at a
time, and an error in one fails the next tick, where it is seen. What is to be told is in `ops.alerts` before it is
sent, so a process that dies loses nothing.
"""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
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
from schemas.checks.checks import GATE
from schemas.errors import NotedHoldError
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


@dataclass
class Background:
    """One thread for work that a tick must not wait for; begins nothing while the last work is under way.

    It rests `rest` seconds for each second of CPU that the process spent meanwhile.
    """

    name: str
    rest: float = 0.0
    _pool: ThreadPoolExecutor | None = field(default=None, init=False)
    _last: "Future[object] | None" = field(default=None, init=False)
    _rested_at: float = field(default=0.0, init=False)

    def begin(self, work: Callable[[], object]) -> bool:
        """Whether it began; raises what the last work raised."""
        if self._last is not None and not self._last.done():
            return False
        last, self._last = self._last, None
        if last is not None and (error := last.exception()) is not None:
            raise error
        if time.monotonic() < self._rested_at:
            return False
        self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix=self.name)
        self._last = self._pool.submit(self._timed, work)
        return True

    def _timed(self, work: Callable[[], object]) -> None:
        begun = time.process_time()
        try:
            work()
        finally:
            self._rested_at = time.monotonic() + self.rest * (time.process_time() - begun)


def alert_sensors(told: Callable[[], Told], looks: Sequence[Look]) -> list[SensorDefinition]:
    """The sensor over Dagster itself, and one per look at the lake."""
    return [_orchestrator_sensor(told), *(_look_sensor(told, look) for look in looks)]


def _look_sensor(told: Callable[[], Told], look: Look) -> SensorDefinition:
    background = Background(f"watch-{look.scope}", REST)

    def work() -> None:
        alerts = told()
        alerts.report(look.find(utc_now()), [look.scope])
        alerts.deliver()

    @sensor(
        name=f"watch_{look.scope}",
        minimum_interval_seconds=look.seconds,
        default_status=DefaultSensorStatus.RUNNING,
        description=look.description,
    )
    def watch() -> SkipReason:
        return SkipReason("Looking." if background.begin(work) else "The last look is not over yet, or was long.")

    return watch


def _orchestrator_sensor(told: Callable[[], Told]) -> SensorDefinition:
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
        problems = events + _states(context, now, url)
        alerts.report(problems, [CHECKS, SENSORS, AWAY], _recovered(context.instance, alerts))
        if failed:
            context.update_cursor(json.dumps({"updated_after": failed[-1].updated_at.timestamp()}))
        delivery.begin(alerts.deliver)
        return SkipReason(
            f"{len(failed)} runs failed since the last look." if failed else "No new failed run."
        )

    return watch_runs


def _states(context: SensorEvaluationContext, now: datetime, url: str) -> list[Problem]:
    """Failed checks, failing sensors, and systems that sensors say are away."""
    graph = context.repository_def.asset_graph if context.repository_def else None
    checks = failed_checks(context.instance, list(graph.asset_check_keys) if graph else [])
    sensors = sensor_health(context.instance)
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
