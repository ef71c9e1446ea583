"""PagerDuty: Events API v2; one incident there per cause here, by the deduplication key."""

from dataclasses import dataclass
from typing import Any

import orjson

from resources.alerts.receiver import HttpPost
from resources.alerts.text import lines
from schemas.alerts.incident import Incident
from schemas.alerts.message import Action, Message

SUMMARY_LIMIT = 1_024
KEY_LIMIT = 255
"""PagerDuty's own limits."""

EVENTS = {
    Action.TRIGGER: "trigger",
    Action.REMIND: "trigger",
    Action.ACKNOWLEDGE: "acknowledge",
    Action.RESOLVE: "resolve",
}
"""A reminder is a trigger with the same key: PagerDuty adds it to the incident it has."""


@dataclass(frozen=True)
class PagerDutyReceiver:
    """A service's Events API v2 integration."""

    name: str
    post: HttpPost
    routing_key: str

    def send(self, message: Message) -> None:
        """Sends one event per incident; a summary's incidents are told apart again, since it groups by itself."""
        for incident in message.incidents:
            self.post.send(orjson.dumps(pagerduty_event(message, incident, self.routing_key)))


def pagerduty_event(message: Message, incident: Incident, routing_key: str) -> dict[str, Any]:
    """The event's JSON; only triggers carry a payload."""
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": EVENTS[message.action],
        "dedup_key": incident.incident_id[:KEY_LIMIT],
    }
    if event["event_action"] != "trigger":
        return event
    problem = incident.problem
    event["payload"] = {
        "summary": problem.summary[:SUMMARY_LIMIT],
        "source": problem.subject or "advertisex",
        "severity": str(incident.severity),
        "timestamp": problem.since.isoformat(),
        "component": problem.subject,
        "group": problem.scope,
        "class": problem.kind.code,
        "custom_details": {"facts": lines(message, incident)},
    }
    event["client"] = "AdvertiseX"
    links = [(problem.link or message.dashboard, "Page"), (message.runbook(incident), "Runbook")]
    event["links"] = [{"href": href, "text": text} for href, text in links if href.startswith("http")]
    return event
