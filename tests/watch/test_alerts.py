"""The right person hears about a cause once, quickly, with what to do; and nothing that was said is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from advertisex_assets.transforms.watch.failures import run_problem
from advertisex_assets.transforms.watch.notify import claimed, failed
from resources.alerts.webhook import WebhookReceiver
from schemas.alerts.incident import IncidentState
from schemas.alerts.kinds import OFFSETS_EXPIRED, RUN_FAILED
from schemas.alerts.message import Action, Delivery, DeliveryState
from schemas.errors import AdvertiseXError
from tests.watch.problems import failed_run, problem
from tests.watch.receivers import actions


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


def test_a_thousand_failures_of_several_causes_are_one_message_with_one_incident_per_cause(make, server, clock):
    alerts = make()
    errors = ("No space left on /lake/part-{0}", "Row {0} has no 'user_id'", "Table {0} is locked", "Node {0} is gone")
    failures = [
        failed_run(errors[number % 4].format(number), run_id=f"{number:08}", partitions=f"2026-03-{number % 28 + 1:02}")
        for number in range(1000)
    ]
    alerts.report([run_problem(run, "") for run in failures])
    alerts.deliver()
    [told] = server.requests
    assert [one["occurrences"] for one in told.json["incidents"]] == [250] * 4
    assert len({one["key"] for one in told.json["incidents"]}) == 4


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


def test_an_unknown_incident_is_named_with_those_that_are_open(make, clock):
    alerts = make()
    [incident] = alerts.report([problem()])
    with pytest.raises(AdvertiseXError, match=incident.incident_id):
        alerts.acknowledge("nonsense", "ann")


def test_racing_senders_send_each_message_once(make, server, clock):
    for number in range(3):
        make().report([problem(f"cause/{number}", RUN_FAILED, scope="runs")])
    with ThreadPoolExecutor(4) as pool:
        passes = list(pool.map(lambda _: make().deliver(), range(4)))
    ids = [request.headers["x-advertisex-delivery"] for request in server.requests]
    assert len(ids) == len(set(ids)) == 3 == sum(len(one) for one in passes)
    assert make().undelivered() == []


def test_a_sender_that_died_is_followed_by_another(make, server, clock, monkeypatch):
    make().report([problem()])
    with monkeypatch.context() as dying:
        dying.setattr(WebhookReceiver, "send", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            make().deliver()
    assert make().deliver() == [], "it may still be sending"
    clock.turn(minutes=3)
    make().deliver()
    assert actions(server) == ["trigger"] and make().undelivered() == []


def test_what_cannot_be_undone_is_told_once_and_closed_for_good(make, server, clock):
    alerts = make()
    expired = problem("expired/7", OFFSETS_EXPIRED, scope="sums")
    [incident] = alerts.report([expired], cleared_scopes=["sums"])
    alerts.resolve(incident.incident_id, "ann", "The partner replays it.")
    for _ in range(3):
        clock.turn(days=5)
        alerts.report(
            [expired, problem("else", RUN_FAILED, scope="runs", since=clock.now)], cleared_scopes=["sums"]
        )
    assert [one.state for one in alerts.history() if one.key == "expired/7"] == [IncidentState.RESOLVED]


def test_looking_at_nothing_writes_nothing(make, tmp_path, clock):
    assert make().report([], cleared_scopes=["freshness"]) == [] == make().deliver()
    assert not (tmp_path / "lake").exists()
