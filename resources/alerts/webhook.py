"""Webhook: any address, with a signature by which it knows that we sent it, and when."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import orjson

from resources.alerts.receiver import HttpPost
from schemas.alerts.incident import Incident
from schemas.alerts.message import Message

SIGNATURE_HEADER = "x-advertisex-signature"
DELIVERY_HEADER = "x-advertisex-delivery"
"""The delivery's id: the same on every retry, so that a receiver can ignore what it has."""


@dataclass(frozen=True)
class WebhookReceiver:
    """An address that takes our own JSON; `secret` signs it."""

    name: str
    post: HttpPost
    secret: str

    def send(self, message: Message) -> None:
        """Posts the message once."""
        body = orjson.dumps(webhook_payload(message))
        stamp = str(int(message.sent_at.timestamp()))
        self.post.send(
            body,
            {SIGNATURE_HEADER: signature(self.secret, stamp, body), DELIVERY_HEADER: message.delivery_id},
        )


def webhook_payload(message: Message) -> dict[str, Any]:
    """The documented JSON of the webhook."""
    return {
        "version": 1,
        "delivery_id": message.delivery_id,
        "action": str(message.action),
        "sent_at": message.sent_at.isoformat(),
        "incidents": [_incident(message, incident) for incident in message.incidents],
    }


def signature(secret: str, stamp: str, body: bytes) -> str:
    """`t=<unix seconds>,v1=<hex>`: the HMAC-SHA256 of the stamp, a dot and the body."""
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


def _incident(message: Message, incident: Incident) -> dict[str, Any]:
    problem = incident.problem
    return {
        "id": incident.incident_id,
        "key": incident.key,
        "state": str(incident.state),
        "kind": problem.kind.code,
        "severity": str(incident.severity),
        "subject": problem.subject,
        "owner": problem.owner,
        "summary": problem.summary,
        "since": problem.since.isoformat(),
        "occurrences": incident.occurrences,
        "examples": list(incident.details),
        "impact": {
            "rows": problem.impact.rows,
            "amount_micros": problem.impact.amount_micros,
            "currency": problem.impact.currency,
        },
        "likely_cause": problem.kind.likely_cause,
        "link": problem.link,
        "runbook": message.runbook(incident),
        "by": incident.by,
        "note": incident.note,
    }
