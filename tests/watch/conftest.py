"""Alerts on a lake of their own, with a real receiver and a clock that tests turn."""

from datetime import UTC, datetime, timedelta

import pytest

from advertisex_assets.watch import alerts as alerts_module
from advertisex_assets.watch.alerts import Alerts
from resources.alerts.config import AlertConfig
from resources.alerts.receiver import HttpPost
from resources.alerts.webhook import WebhookReceiver
from resources.lake import Lake
from schemas.alerts.route import Route, Routing
from tests.watch.receivers import http_receiver


class Clock:
    """A clock that tests turn."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)

    def __call__(self):
        return self.now

    def turn(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(alerts_module, "utc_now", clock)
    return clock


@pytest.fixture
def server():
    with http_receiver() as server:
        yield server


@pytest.fixture
def make(tmp_path, server):
    def alerts(**route) -> Alerts:
        receiver = WebhookReceiver("hook", HttpPost(server.url), "secret")
        config = AlertConfig(Routing((Route(("hook",), **route),)), (receiver,))
        return Alerts(Lake(str(tmp_path / "lake")), config)

    return alerts
