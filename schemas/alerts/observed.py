"""Observed: what an orchestrator says of its runs, checks and sensors, as plain values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FailedRun:
    """A run that failed, with what was raised in its first failed step."""

    run_id: str
    job: str
    assets: tuple[str, ...]
    partitions: str
    error_class: str
    error_message: str
    ended_at: datetime
    updated_at: datetime
    """When the orchestrator wrote that down: runs are read in this order."""


@dataclass(frozen=True)
class EndedRun:
    """How a run ended, and how long it took."""

    status: str
    seconds: float


@dataclass(frozen=True)
class FailedCheck:
    """An asset check whose latest execution did not pass."""

    asset: str
    check: str
    severity: str
    description: str
    run_id: str
    failed_at: datetime


@dataclass(frozen=True)
class SensorHealth:
    """The latest tick of a sensor that should be running; `error` is empty unless it failed."""

    name: str
    last_tick_at: datetime | None
    error: str
    cursor: str = ""
