"""Alertmanager: API v2; for those whose routing lives there already."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from resources.alerts.receiver import HttpPost
from schemas.alerts.incident import Incident
from schemas.alerts.message import Action, Message

LASTS = timedelta(hours=24)
"""Alertmanager forgets alerts that nobody repeats; an incident lasts until we say that it is over."""


@dataclass(frozen=True)
class AlertmanagerReceiver:
    """An Alertmanager; `post` goes to its `/api/v2/alerts`."""

    name: str
    post: HttpPost

    def send(self, message: Message) -> None:
        """Posts the incidents as alerts; an acknowledgement has no counterpart there and is not sent."""
        if message.action is not Action.ACKNOWLEDGE:
            alerts = [alertmanager_alert(message, incident) for incident in message.incidents]
            self.post.send(orjson.dumps(alerts))


def alertmanager_alert(message: Message, incident: Incident) -> dict[str, Any]:
    """One postable alert: its labels identify it, so they stay the same while it lasts."""
    problem = incident.problem
    ends_at = (incident.resolved_at or message.sent_at) if incident.is_over else message.sent_at + LASTS
    labels = {
        "alertname": f"AdvertiseX_{problem.kind.code}",
        "severity": str(incident.severity),
        "subject": problem.subject,
        "owner": problem.owner,
        "cause": problem.key,
    }
    alert: dict[str, Any] = {
        "labels": {name: value for name, value in labels.items() if value},
        "annotations": {
            "summary": problem.summary,
            "impact": problem.impact.words,
            "likely_cause": problem.kind.likely_cause,
            "runbook_url": message.runbook(incident),
        },
        "startsAt": problem.since.isoformat(),
        "endsAt": ends_at.isoformat(),
    }
    link = problem.link or message.dashboard
    return alert | ({"generatorURL": link} if link.startswith("http") else {})
