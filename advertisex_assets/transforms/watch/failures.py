"""Failures: what the orchestrator knows to be wrong, as problems; failed runs of one cause share a key."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from schemas.alerts.incident import Incident, Problem
from schemas.alerts.kinds import (
    BATCH_HELD,
    CHECK_FAILED,
    DAEMON_DEAD,
    RUN_FAILED,
    SENSOR_FAILING,
    SYSTEM_AWAY,
    AlertKind,
    AlertSeverity,
)
from schemas.alerts.observed import FailedCheck, FailedRun, SensorHealth

RUNS = "runs"
CHECKS = "checks"
SENSORS = "sensors"
DAEMONS = "daemons"
AWAY = "away"
BY_HAND = "by_hand"
"""Scopes; runs are events, the others are states."""

KINDS: Mapping[str, AlertKind] = {
    "HeldBatchError": BATCH_HELD,
    "KafkaUnavailableError": SYSTEM_AWAY,
    "KafkaException": SYSTEM_AWAY,
    "RegistryUnavailable": SYSTEM_AWAY,
    "StoreError": SYSTEM_AWAY,
    "ConnectionError": SYSTEM_AWAY,
}
"""By the class of what was raised; everything else is a failed run."""

SILENT_AFTER = timedelta(minutes=5)
"""Sensors tick every few seconds to minutes, and one at a time."""

DEAD_AFTER = timedelta(minutes=2)
"""Daemons give a sign of life every 30 seconds."""

VARIABLE = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|'[^']*'|\"[^\"]*\"|/\S+|\d[\d.,:_-]*")
"""What differs between errors of one cause: addresses, ids, quoted names, paths, numbers and dates."""

SHOWN = 400
"""Characters of an error that a person reads in a message; the rest is on the run's page."""


def run_problem(run: FailedRun, dagster_url: str) -> Problem:
    """A failed run; runs that failed for the same reason share the key."""
    kind = KINDS.get(run.error_class, RUN_FAILED)
    shape = VARIABLE.sub("#", run.error_message.splitlines()[0] if run.error_message else "")[:120]
    subject = ", ".join(run.assets[:3]) or run.job
    where = f"{subject} {run.partitions}".strip()
    return Problem(
        key=f"{RUNS}/{run.error_class}/{shape}",
        scope=RUNS,
        kind=kind,
        summary=f"{where} failed: {run.error_class}: {run.error_message}"[:SHOWN],
        since=run.ended_at,
        subject=subject,
        link=f"{dagster_url}/runs/{run.run_id}",
        detail=f"{where} (run {run.run_id[:8]})",
    )


def by_hand_problem(command: str, error_class: str, message: str, now: datetime) -> Problem:
    """A command that failed; it is a state: the next that works ends it."""
    return Problem(
        key=f"{BY_HAND}/{command}",
        scope=BY_HAND,
        kind=KINDS.get(error_class, RUN_FAILED),
        summary=f"`advertisex {command}` failed: {message}"[:SHOWN],
        since=now,
        subject=f"advertisex {command}",
    )


def is_over(incident: Incident, materialized_at: datetime | None) -> bool:
    """Whether what failed has worked since."""
    return materialized_at is not None and materialized_at > incident.seen_at


def check_problem(check: FailedCheck, dagster_url: str) -> Problem:
    """An asset check that does not pass."""
    severity = AlertSeverity.ERROR if check.severity == "ERROR" else AlertSeverity.WARNING
    return Problem(
        key=f"{CHECKS}/{check.asset}/{check.check}",
        scope=CHECKS,
        kind=CHECK_FAILED,
        severity=severity,
        summary=f"Check {check.check} of {check.asset} failed. {check.description}".strip()[:SHOWN],
        since=check.failed_at,
        subject=check.asset,
        link=f"{dagster_url}/assets/{check.asset}?view=checks&checkDetail={check.check}",
        detail=f"run {check.run_id[:8]}",
    )


def sensor_problems(sensors: Iterable[SensorHealth], now: datetime, dagster_url: str) -> list[Problem]:
    """Sensors whose last tick failed, or was long ago; those that never ticked are just starting."""
    problems = []
    for sensor in sensors:
        if sensor.last_tick_at is None:
            continue
        silent = now - sensor.last_tick_at > SILENT_AFTER
        if not sensor.error and not silent:
            continue
        what = f"failed: {sensor.error.strip()}" if sensor.error else "has not looked"
        problems.append(
            Problem(
                key=f"{SENSORS}/{sensor.name}",
                scope=SENSORS,
                kind=SENSOR_FAILING,
                summary=f"Sensor {sensor.name} {what} since {sensor.last_tick_at:%Y-%m-%d %H:%M:%S} UTC."[
                    :SHOWN
                ],
                since=sensor.last_tick_at,
                subject=sensor.name,
                link=f"{dagster_url}/automation",
            )
        )
    return problems


def away_problems(reasons: Mapping[str, str], now: datetime, dagster_url: str) -> list[Problem]:
    """Systems that do not answer: reasons by the sensor that asked; the same reason is one problem."""
    return [
        Problem(
            key=f"{AWAY}/{VARIABLE.sub('#', reason)[:120]}",
            scope=AWAY,
            kind=SYSTEM_AWAY,
            summary=reason[:SHOWN],
            since=now,
            subject=sensor,
            link=f"{dagster_url}/automation",
            detail=sensor,
        )
        for sensor, reason in sorted(reasons.items())
    ]


def daemon_problems(heartbeats: Mapping[str, datetime], now: datetime, dagster_url: str) -> list[Problem]:
    """Daemons without a sign of life; asked from outside, since a dead daemon runs no sensor."""
    dead = {name: at for name, at in heartbeats.items() if now - at > DEAD_AFTER}
    if not dead:
        return []
    last = max(dead.values())
    return [
        Problem(
            key=DAEMONS,
            scope=DAEMONS,
            kind=DAEMON_DEAD,
            summary=f"No sign of life from Dagster's {', '.join(sorted(dead))} since {last:%Y-%m-%d %H:%M:%S} UTC.",
            since=last,
            subject="dagster-daemon",
            link=f"{dagster_url}/deployment/daemons",
        )
    ]
