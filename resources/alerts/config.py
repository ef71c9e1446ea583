"""Configuration: receivers and routes from a TOML file, checked as a whole before anything is sent."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from resources.alerts.alertmanager import AlertmanagerReceiver
from resources.alerts.apprise_receiver import AppriseReceiver
from resources.alerts.pagerduty import PagerDutyReceiver
from resources.alerts.receiver import HttpPost, Receiver
from resources.alerts.slack import SlackReceiver
from resources.alerts.webhook import WebhookReceiver
from schemas.alerts.kinds import AlertSeverity
from schemas.alerts.route import QuietHours, RateLimit, Route, Routing
from schemas.errors import AdvertiseXError

PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue"


class AlertConfigError(AdvertiseXError):
    """The alerts file cannot be used."""


@dataclass(frozen=True)
class AlertConfig:
    """Who is told what, and by which way."""

    routing: Routing
    receivers: tuple[Receiver, ...]
    runbooks: str = ""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Receiver(_Model):
    type: Literal["slack", "pagerduty", "alertmanager", "webhook", "apprise"]
    url: str = ""
    secret: str = ""
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _complete(self) -> "_Receiver":
        if not self.url and self.type != "pagerduty":
            raise ValueError(f"a receiver of type {self.type} needs a url")
        if self.type in ("pagerduty", "webhook") and not (self.secret or self.secret_file):
            raise ValueError(f"a receiver of type {self.type} needs a secret or a secret_file")
        return self

    def key(self) -> str:
        return self.secret_file.read_text().strip() if self.secret_file else self.secret


class _Quiet(_Model):
    start: time
    end: time
    zone: str = "UTC"
    wake_for: AlertSeverity = AlertSeverity.CRITICAL


class _Route(_Model):
    receivers: list[str] = Field(min_length=1)
    least: AlertSeverity = AlertSeverity.WARNING
    kinds: list[str] = ["*"]
    subjects: list[str] = ["*"]
    owners: list[str] = ["*"]
    remind_minutes: Annotated[int, Field(gt=0)] = 240
    quiet: _Quiet | None = None


class _File(_Model):
    receivers: dict[str, _Receiver] = {}
    routes: list[_Route] = []
    runbooks: str = ""
    messages: Annotated[int, Field(gt=0)] = 10
    within_minutes: Annotated[int, Field(gt=0)] = 10


BUILDERS: dict[str, Callable[[str, _Receiver], Receiver]] = {
    "slack": lambda name, spec: SlackReceiver(name, HttpPost(spec.url)),
    "pagerduty": lambda name, spec: PagerDutyReceiver(name, HttpPost(spec.url or PAGERDUTY_URL), spec.key()),
    "alertmanager": lambda name, spec: AlertmanagerReceiver(
        name, HttpPost(f"{spec.url.rstrip('/')}/api/v2/alerts")
    ),
    "webhook": lambda name, spec: WebhookReceiver(name, HttpPost(spec.url), spec.key()),
    "apprise": lambda name, spec: AppriseReceiver(name, spec.url),
}


def load_alert_config(path: Path | None) -> AlertConfig:
    """Reads the file; nobody is told anything without one. AlertConfigError says what is wrong with it."""
    if path is None:
        return AlertConfig(Routing(), ())
    try:
        return _config(_File.model_validate(tomllib.loads(path.read_text())))
    except OSError as error:
        raise AlertConfigError(f"The alerts file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise AlertConfigError(f"The alerts file {path} is wrong: {error}") from None


def _config(file: _File) -> AlertConfig:
    unknown = {name for route in file.routes for name in route.receivers} - set(file.receivers)
    if unknown:
        raise AlertConfigError(f"Routes name receivers that are not declared: {', '.join(sorted(unknown))}.")
    receivers = tuple(BUILDERS[spec.type](name, spec) for name, spec in file.receivers.items())
    limit = RateLimit(file.messages, timedelta(minutes=file.within_minutes))
    return AlertConfig(
        Routing(tuple(_route(route) for route in file.routes), limit), receivers, file.runbooks
    )


def _route(spec: _Route) -> Route:
    return Route(
        receivers=tuple(spec.receivers),
        least=spec.least,
        kinds=tuple(spec.kinds),
        subjects=tuple(spec.subjects),
        owners=tuple(spec.owners),
        remind_after=timedelta(minutes=spec.remind_minutes),
        quiet=QuietHours(**spec.quiet.model_dump()) if spec.quiet else None,
    )
