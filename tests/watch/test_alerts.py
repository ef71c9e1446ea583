"""The right person hears about a cause once, quickly, with what to do; and nothing that was said is lost."""

from datetime import UTC, datetime, time, timedelta

import pytest

from advertisex_assets.transforms.watch.notify import claimed, failed
from advertisex_assets.watch import alerts as alerts_module
from advertisex_assets.watch.alerts import Alerts
from resources.alerts.config import AlertConfig
from resources.alerts.receiver import HttpPost
from resources.alerts.webhook import WebhookReceiver
from resources.lake import Lake
from schemas.alerts.incident import IncidentState
from schemas.alerts.kinds import RECORDS_LOST, RUN_FAILED, AlertSeverity
from schemas.alerts.message import Action, Delivery, DeliveryState
from schemas.alerts.route import QuietHours, Route, Routing
from schemas.errors import AdvertiseXError
from tests.watch.problems import problem
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


def actions(server):
    return [request.json["action"] for request in server.requests]


def test_one_cause_is_told_once_and_its_end_too(make, server, clock):
    alerts = make()
    for _ in range(5):
        alerts.report([problem()], cleared_scopes=["freshness"])
        alerts.deliver()
        clock.turn(seconds=30)
    assert actions(server) == ["trigger"]
    alerts.report([], cleared_scopes=["freshness"])
    alerts.deliver()
    assert actions(server) == ["trigger", "resolve"]
    assert {request.json["incidents"][0]["id"] for request in server.requests} == {
        alerts.history()[0].incident_id
    }


def test_a_thousand_failures_of_one_cause_are_one_message(make, server, clock):
    alerts = make()
    failures = [problem("run/timeout", RUN_FAILED, scope="runs", detail=f"run {n}") for n in range(1000)]
    alerts.report(failures)
    alerts.deliver()
    [told] = server.requests
    assert told.json["incidents"][0]["occurrences"] == 1000
    assert len(told.json["incidents"][0]["examples"]) == 5


def test_a_hundred_causes_at_once_are_one_message_that_counts_them(make, server, clock):
    alerts = make()
    alerts.report([problem(f"run/{n}", RUN_FAILED, scope="runs") for n in range(100)])
    alerts.deliver()
    [told] = server.requests
    assert len(told.json["incidents"]) == 100


def test_another_scope_ends_nothing_of_ours(make, server, clock):
    alerts = make()
    alerts.report([problem()], cleared_scopes=["freshness"])
    alerts.report([], cleared_scopes=["anomalies"])
    assert len(alerts.open_incidents()) == 1


def test_flapping_goes_on_as_one_incident(make, server, clock):
    alerts = make()
    alerts.report([problem()], cleared_scopes=["freshness"])
    alerts.report([], cleared_scopes=["freshness"])
    clock.turn(minutes=5)
    alerts.report([problem()], cleared_scopes=["freshness"])
    assert len(alerts.history()) == 1 and alerts.history()[0].state is IncidentState.OPEN
    alerts.report([], cleared_scopes=["freshness"])
    clock.turn(hours=5)
    alerts.report([problem()], cleared_scopes=["freshness"])
    assert len(alerts.history()) == 2


def test_a_receiver_that_is_down_is_retried_and_nothing_is_lost_by_a_restart(make, server, clock):
    server.status = 503
    make().report([problem()])
    for _ in range(4):
        [tried] = make().deliver()
        assert tried.state is DeliveryState.PENDING and "503" in tried.error
        assert make().deliver() == [], "not before its time"
        clock.turn(minutes=11)
    assert [one.attempts for one in make().undelivered()] == [4]
    server.status = 200
    make().deliver()
    assert make().undelivered() == []
    clock.turn(minutes=11)
    assert make().deliver() == []


def test_what_could_not_be_delivered_is_kept(make, server, clock):
    server.status = 404
    make().report([problem()])
    make().deliver()
    [kept] = make().undelivered()
    assert kept.state is DeliveryState.UNDELIVERABLE and "404" in kept.error


def test_a_message_is_given_up_after_a_day():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    message = Delivery("id", "hook", Action.TRIGGER, ("incident",), now, now)
    waits = []
    while message.state is DeliveryState.PENDING:
        message = failed(claimed(message, now), now, "503", for_good=False)
        waits.append(message.due_at - now)
        now = message.due_at
    assert message.state is DeliveryState.UNDELIVERABLE
    assert timedelta(hours=23) < message.ended_at - message.created_at <= timedelta(hours=24)
    tried_again = waits[:-1]
    assert tried_again[0] == timedelta(seconds=5) and tried_again[-1] == timedelta(minutes=10)
    assert tried_again == sorted(tried_again)


def test_reminders_stop_when_somebody_is_on_it(make, server, clock):
    alerts = make(remind_after=timedelta(hours=1))
    [incident] = alerts.report([problem()])
    alerts.deliver()
    clock.turn(hours=1)
    alerts.deliver()
    assert actions(server) == ["trigger", "remind"]
    alerts.acknowledge(incident.incident_id, "ann", "Called the exchange.")
    clock.turn(hours=5)
    alerts.deliver()
    assert actions(server) == ["trigger", "remind", "acknowledge"]
    assert server.requests[-1].json["incidents"][0]["note"] == "Called the exchange."
    alerts.resolve(incident.incident_id, "ann", "They fixed it.")
    alerts.deliver()
    assert actions(server)[-1] == "resolve" and alerts.open_incidents() == []
    assert alerts.history()[0].note == "They fixed it."


def test_quiet_hours_hold_back_all_but_the_gravest(make, server, clock):
    alerts = make(quiet=QuietHours(time(22), time(8), "Europe/Berlin"), remind_after=timedelta(days=2))
    clock.now = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    alerts.report([problem(), problem("lost", RECORDS_LOST)])
    alerts.deliver()
    [told] = server.requests
    assert told.json["incidents"][0]["severity"] == AlertSeverity.CRITICAL
    clock.now = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    alerts.deliver()
    assert len(server.requests) == 2, "eight in the morning in Berlin"


def test_what_came_and_went_in_quiet_hours_is_not_told(make, server, clock):
    alerts = make(quiet=QuietHours(time(0), time(23)))
    alerts.report([problem()], cleared_scopes=["freshness"])
    alerts.report([], cleared_scopes=["freshness"])
    clock.turn(days=1)
    alerts.deliver()
    assert server.requests == []
    assert len(alerts.history()) == 1


def test_a_storm_is_told_in_few_messages(make, server, clock):
    alerts = make()
    for number in range(20):
        alerts.report([problem(f"cause/{number}", RUN_FAILED, scope="runs")])
        alerts.deliver()
        clock.turn(seconds=1)
    # Ten messages in ten minutes; what exceeds them waits for the next message that may go.
    assert len(server.requests) <= 10
    clock.turn(minutes=11)
    alerts.deliver()
    told = {one["id"] for request in server.requests for one in request.json["incidents"]}
    assert len(told) == 20


def test_the_route_decides_who_is_told(make, server, clock):
    alerts = make(subjects=("bid_*",), least=AlertSeverity.ERROR)
    alerts.report([problem(), problem("other", subject="bid_requests", severity=AlertSeverity.WARNING)])
    assert alerts.deliver() == []
    alerts.report([problem("mine", subject="bid_requests")])
    assert len(alerts.deliver()) == 1


def test_an_unknown_incident_is_named_with_those_that_are_open(make, clock):
    alerts = make()
    [incident] = alerts.report([problem()])
    with pytest.raises(AdvertiseXError, match=incident.incident_id):
        alerts.acknowledge("nonsense", "ann")
