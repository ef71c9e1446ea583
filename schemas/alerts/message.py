"""Messages: what is told to one receiver about one incident, or about several at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.alerts.incident import Incident


class Action(StrEnum):
    """Why a message is sent."""

    TRIGGER = "trigger"
    REMIND = "remind"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


class DeliveryState(StrEnum):
    """What became of a message."""

    PENDING = "pending"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    """Tried for as long as it makes sense, or refused for good; kept and listed."""
    DROPPED = "dropped"
    """Overtaken before it was sent: the incident ended within the quiet hours."""


FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=10)
"""Retries double from the first to the longest wait: quick for a hiccup, gentle for an outage."""

GIVE_UP_AFTER = timedelta(hours=24)
"""An alert older than a day is history; `advertisex alerts` still shows it."""


@dataclass(frozen=True)
class Delivery:
    """One message to one receiver, and how its delivery stands. `incidents` has one id, or those of a summary."""

    delivery_id: str
    receiver: str
    action: Action
    incidents: tuple[str, ...]
    created_at: datetime
    due_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    ended_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True)
class Message:
    """What a receiver is given: the incidents in their present state, the first being the gravest."""

    delivery_id: str
    action: Action
    incidents: tuple[Incident, ...]
    sent_at: datetime
    dashboard: str = ""
    runbooks: str = ""
    """Where the folder of runbooks can be read; the incident's runbook path is appended."""

    @property
    def incident(self) -> Incident:
        """The only incident, or the gravest."""
        return self.incidents[0]

    def runbook(self, incident: Incident) -> str:
        """The address of the incident's runbook, or its path in the repository."""
        path = incident.problem.kind.runbook
        return f"{self.runbooks.rstrip('/')}/{path}" if self.runbooks else path
