"""What each vendor accepts, written down from its public documentation, as strict models: anything else is refused."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, TypeAdapter, model_validator


class Strict(BaseModel):
    """Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class PagerDutyPayload(Strict):
    """Of a trigger."""

    summary: Annotated[str, Field(min_length=1, max_length=1024)]
    source: Annotated[str, Field(min_length=1)]
    severity: Literal["critical", "error", "warning", "info"]
    timestamp: datetime
    component: str
    group: str
    class_: Annotated[str, Field(alias="class")]
    custom_details: dict[str, object]


class PagerDutyLink(Strict):
    """A link on an incident."""

    href: HttpUrl
    text: str


class PagerDutyEvent(Strict):
    """Events API v2."""

    routing_key: Annotated[str, Field(min_length=32, max_length=32)]
    event_action: Literal["trigger", "acknowledge", "resolve"]
    dedup_key: Annotated[str, Field(min_length=1, max_length=255)]
    payload: PagerDutyPayload | None = None
    client: str | None = None
    links: list[PagerDutyLink] = []

    @model_validator(mode="after")
    def payload_goes_with_triggers(self):
        if (self.payload is not None) != (self.event_action == "trigger"):
            raise ValueError("triggers, and only they, carry a payload")
        return self


class SlackText(Strict):
    """A text object."""

    type: Literal["plain_text", "mrkdwn"]
    text: Annotated[str, Field(min_length=1, max_length=3000)]


class SlackHeader(Strict):
    """At most 150 characters of plain text."""

    type: Literal["header"]
    text: SlackText

    @model_validator(mode="after")
    def short_and_plain(self):
        if self.text.type != "plain_text" or len(self.text.text) > 150:
            raise ValueError("a header is plain text of at most 150 characters")
        return self


class SlackSection(Strict):
    """Text."""

    type: Literal["section"]
    text: SlackText


class SlackButton(Strict):
    """A link."""

    type: Literal["button"]
    text: SlackText
    url: HttpUrl


class SlackActions(Strict):
    """Buttons."""

    type: Literal["actions"]
    elements: Annotated[list[SlackButton], Field(min_length=1, max_length=25)]


class SlackAttachment(Strict):
    """A coloured block."""

    color: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
    blocks: Annotated[list[SlackHeader | SlackSection | SlackActions], Field(max_length=50)]


class SlackMessage(Strict):
    """An incoming webhook's message."""

    text: Annotated[str, Field(min_length=1)]
    attachments: Annotated[list[SlackAttachment], Field(max_length=20)]


class AlertmanagerAlert(Strict):
    """A postable alert of API v2; label names are Prometheus'."""

    labels: dict[
        Annotated[str, Field(pattern="^[a-zA-Z_][a-zA-Z0-9_]*$")], Annotated[str, Field(min_length=1)]
    ]
    annotations: dict[str, str]
    startsAt: datetime  # noqa: N815
    endsAt: datetime  # noqa: N815
    generatorURL: HttpUrl | None = None  # noqa: N815


PAGERDUTY = TypeAdapter(PagerDutyEvent)
SLACK = TypeAdapter(SlackMessage)
ALERTMANAGER = TypeAdapter(list[AlertmanagerAlert])
