"""Slack: incoming webhooks with Block Kit; Mattermost and Rocket.Chat read the same text."""

from dataclasses import dataclass
from typing import Any

import orjson

from resources.alerts.receiver import HttpPost
from resources.alerts.text import body, title
from schemas.alerts.kinds import AlertSeverity
from schemas.alerts.message import Action, Message

TEXT_LIMIT = 3_000
HEADER_LIMIT = 150
"""Slack refuses longer section texts and headers."""

COLOURS = {
    AlertSeverity.CRITICAL: "#b3261e",
    AlertSeverity.ERROR: "#e8710a",
    AlertSeverity.WARNING: "#f2c037",
    AlertSeverity.INFO: "#5f6368",
}
GREEN = "#188038"


@dataclass(frozen=True)
class SlackReceiver:
    """A channel's incoming webhook."""

    name: str
    post: HttpPost

    def send(self, message: Message) -> None:
        """Posts one message."""
        self.post.send(orjson.dumps(slack_payload(message)))


def slack_payload(message: Message) -> dict[str, Any]:
    """The webhook's JSON: fallback text, and one coloured attachment with a header and the facts."""
    over = message.action is Action.RESOLVE
    colour = GREEN if over else COLOURS[message.incident.severity]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title(message)[:HEADER_LIMIT]}},
        {"type": "section", "text": {"type": "mrkdwn", "text": _escaped(body(message))[:TEXT_LIMIT]}},
    ]
    link = message.incident.problem.link or message.dashboard
    if link.startswith("http"):
        button = {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "url": link}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": title(message), "attachments": [{"color": colour, "blocks": blocks}]}


def _escaped(text: str) -> str:
    """Slack's three control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
