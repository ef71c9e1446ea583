"""Incidents: one thing that is wrong, from the first sight of it to its end."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from schemas.alerts.kinds import AlertKind, AlertSeverity


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    """Somebody is on it: no reminders."""
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Impact:
    """How bad it is; None where it cannot be told. Money is in micros of its currency."""

    rows: int | None = None
    amount_micros: int | None = None
    currency: str | None = None

    @property
    def words(self) -> str:
        """What a person reads."""
        parts = [] if self.rows is None else [f"{self.rows:,} records"]
        if self.amount_micros is not None:
            parts.append(f"{self.amount_micros / 1_000_000:,.2f} {self.currency or ''}".strip())
        return ", ".join(parts) or "not known"


@dataclass(frozen=True)
class Problem:
    """One observation that something is wrong now.

    `key` names the cause, not the symptom: observations of one key become one incident. `scope` names who looked:
    a scope that reports all it sees ends the incidents it no longer mentions. `subject` is what is hit (a feed, a
    table, a job), `link` leads to a page about it. Times are UTC.
    """

    key: str
    scope: str
    kind: AlertKind
    summary: str
    since: datetime
    subject: str = ""
    owner: str = ""
    severity: AlertSeverity | None = None
    """Only where it differs from the kind's."""
    impact: Impact = field(default_factory=Impact)
    link: str = ""
    detail: str = ""
    """What tells this observation from others of its key: a run id, a date."""


@dataclass(frozen=True)
class Incident:
    """What is known of one cause: the latest problem seen, how often, and what people did about it."""

    incident_id: str
    problem: Problem
    state: IncidentState
    opened_at: datetime
    changed_at: datetime
    seen_at: datetime
    occurrences: int = 1
    details: tuple[str, ...] = ()
    """The first few of the problems' own."""
    by: str = ""
    note: str = ""
    reminded_at: datetime | None = None
    resolved_at: datetime | None = None

    @property
    def key(self) -> str:
        """The cause."""
        return self.problem.key

    @property
    def severity(self) -> AlertSeverity:
        """How bad it is."""
        return self.problem.severity or self.problem.kind.severity

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.state is IncidentState.RESOLVED
