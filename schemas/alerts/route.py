"""Routes: which incidents are told to whom, when, and how often."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from schemas.alerts.incident import Incident
from schemas.alerts.kinds import SEVERITY_ORDER, AlertSeverity


@dataclass(frozen=True)
class QuietHours:
    """A stretch of local time, possibly over midnight, in which only what is at least `wake_for` is told at once."""

    start: time
    end: time
    zone: str = "UTC"
    wake_for: AlertSeverity = AlertSeverity.CRITICAL

    def until(self, now: datetime, severity: AlertSeverity) -> datetime:
        """When an incident of that severity may be told: now, or the end of the quiet hours."""
        local = now.astimezone(ZoneInfo(self.zone))
        if at_least(severity, self.wake_for) or not self._covers(local.time()):
            return now
        end = datetime.combine(local.date(), self.end, local.tzinfo)
        return (end if end > local else end + timedelta(days=1)).astimezone(now.tzinfo)

    def _covers(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


@dataclass(frozen=True)
class Route:
    """Who is told of the incidents that match; every route that matches counts.

    Patterns are shell-style (`impressions`, `bid_*`, `*`); an incident must match one of each kind. `remind_after`:
    an open incident that nobody acknowledged is told again this often.
    """

    receivers: tuple[str, ...]
    least: AlertSeverity = AlertSeverity.WARNING
    kinds: tuple[str, ...] = ("*",)
    subjects: tuple[str, ...] = ("*",)
    owners: tuple[str, ...] = ("*",)
    remind_after: timedelta = timedelta(hours=4)
    quiet: QuietHours | None = None

    def matches(self, incident: Incident) -> bool:
        """Whether the incident is for this route's receivers."""
        problem = incident.problem
        return (
            at_least(incident.severity, self.least)
            and _any(self.kinds, problem.kind.code)
            and _any(self.subjects, problem.subject)
            and _any(self.owners, problem.owner)
        )


@dataclass(frozen=True)
class RateLimit:
    """At most so many messages to one receiver within a stretch; what exceeds it is told in one message."""

    messages: int = 10
    within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True)
class Routing:
    """All routes, and how hard one receiver may be hit."""

    routes: tuple[Route, ...] = ()
    limit: RateLimit = field(default_factory=RateLimit)


def at_least(severity: AlertSeverity, least: AlertSeverity) -> bool:
    """Whether one severity is as grave as another."""
    return SEVERITY_ORDER.index(severity) >= SEVERITY_ORDER.index(least)


def _any(patterns: tuple[str, ...], value: str) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)
