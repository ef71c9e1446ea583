"""A fault: something that is broken on purpose, and the alert that must come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from advertisex_assets.demo.drill.stage import Stage


def _nothing(stage: Stage) -> None:
    """Most faults need nothing before, and are mended by bringing back the files."""


@dataclass(frozen=True)
class Fault:
    """One thing that is broken, and the alert that must come: its kind, and words of its subject or summary.

    `is_ready` is waited for before anything is broken. A fault can be seen from the moment of breaking; or from when
    `is_shown` says yes; or, where Dagster or a gate noted the moment (`is_dated`), since when, as the alert says,
    it has been so, plus `seen_after`.
    """

    name: str
    detected_by: str
    kind: str
    about: str
    break_: Callable[[Stage], object]
    mend: Callable[[Stage], object] = Stage.mend
    prepare: Callable[[Stage], object] = _nothing
    is_ready: Callable[[Stage], bool] = lambda stage: True
    is_shown: Callable[[Stage], bool] | None = None
    is_dated: bool = False
    """A look notes only when it looked: that is no moment from which to count."""
    seen_after: timedelta = timedelta(0)
    """A daemon may be silent for two minutes before that means anything."""


@dataclass(frozen=True)
class Told:
    """What became of a fault; `alert` is None if nobody was told in time."""

    fault: Fault
    broken_at: datetime
    visible_at: datetime
    arrived_at: datetime | None
    alert: str

    @property
    def seconds(self) -> float | None:
        """From when it could be seen to the alert's arrival."""
        return None if self.arrived_at is None else max(0.0, (self.arrived_at - self.visible_at).total_seconds())

    @property
    def seconds_since_break(self) -> float | None:
        """From the breaking to the alert's arrival."""
        return None if self.arrived_at is None else (self.arrived_at - self.broken_at).total_seconds()
