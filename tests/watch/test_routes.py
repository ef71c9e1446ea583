"""Who is told, when, and how often: routes, quiet hours, storms, reminders."""

from datetime import UTC, datetime, time, timedelta

from schemas.alerts.kinds import RECORDS_LOST, RUN_FAILED, AlertSeverity
from schemas.alerts.route import QuietHours
from tests.watch.problems import problem
from tests.watch.receivers import actions


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
