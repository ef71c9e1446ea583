"""Dagster's own troubles are told: runs by whatever means, checks, sensors, systems away; each cause once."""

import threading

import pytest
from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    DagsterInstance,
    Definitions,
    MaterializeResult,
    asset,
    build_sensor_context,
    materialize,
)

from advertisex_assets.watch.alerts import Alerts
from resources.alerts.config import AlertConfig
from resources.alerts.receiver import HttpPost
from resources.alerts.webhook import WebhookReceiver
from resources.kafka.errors import KafkaUnavailableError
from resources.lake import Lake
from schemas.alerts.route import Route, Routing
from schemas.errors import HeldBatchError, NotedHoldError
from sensors.alerts import Look, alert_sensors
from sensors.background import Background
from tests.watch.problems import problem
from tests.watch.receivers import http_receiver

broken: Exception | None = None


@asset(key_prefix="silver", check_specs=[AssetCheckSpec("volume", asset=["silver", "impressions"])])
def impressions():
    if broken is not None:
        raise broken
    yield MaterializeResult(
        check_results=[AssetCheckResult(passed=False, check_name="volume", description="Half of it is gone.")]
    )


@pytest.fixture(autouse=True)
def _tireless(monkeypatch):
    """A look rests for half a minute per second of CPU; here nobody waits for that."""
    monkeypatch.setattr("sensors.alerts.REST", 0)


@pytest.fixture
def dagster(tmp_path):
    (tmp_path / "dagster").mkdir()
    with DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        yield instance


@pytest.fixture
def alerts(tmp_path):
    with http_receiver() as server:
        hook = WebhookReceiver("hook", HttpPost(server.url), "secret")
        yield Alerts(Lake(str(tmp_path / "lake")), AlertConfig(Routing((Route(("hook",)),)), (hook,))), server


def tick(sensor, instance, cursor=None):
    context = build_sensor_context(
        instance=instance,
        cursor=cursor,
        repository_def=Definitions(assets=[impressions]).get_repository_def(),
    )
    sensor(context)
    return context.cursor


def run(instance, is_broken, by=HeldBatchError):
    global broken
    broken = by("The sums of feed impressions do not agree.") if is_broken else None
    return materialize([impressions], instance=instance, raise_on_error=False)


def test_a_failed_run_is_told_once_and_its_recovery_too(dagster, alerts):
    told, _ = alerts
    [sensor] = alert_sensors(lambda: told, [])
    for _ in range(3):
        run(dagster, is_broken=True)
    cursor = tick(sensor, dagster)
    [incident] = told.open_incidents()
    assert incident.problem.kind.code == "batch_held" and incident.occurrences == 3
    assert "silver/impressions" in incident.problem.subject and "do not agree" in incident.problem.summary
    cursor = tick(sensor, dagster, cursor)
    assert told.open_incidents()[0].occurrences == 3
    run(dagster, is_broken=False)
    tick(sensor, dagster, cursor)
    assert incident.key not in {one.key for one in told.open_incidents()}


def test_a_hold_that_is_noted_is_told_by_its_own_look_only(dagster, alerts):
    told, _ = alerts
    [sensor] = alert_sensors(lambda: told, [])
    run(dagster, is_broken=True, by=NotedHoldError)
    tick(sensor, dagster)
    assert told.open_incidents() == []


def test_a_run_is_told_in_our_words_whatever_caused_them(dagster, alerts):
    told, _ = alerts
    [sensor] = alert_sensors(lambda: told, [])

    def caused(text):
        error = KafkaUnavailableError("kafka:9092", "no answer")
        error.__cause__ = OSError("errno 111")
        return error

    run(dagster, is_broken=True, by=caused)
    tick(sensor, dagster)
    [incident] = told.open_incidents()
    assert incident.problem.kind.code == "system_away" and "kafka:9092" in incident.problem.summary


def test_a_lost_cursor_tells_nothing_again(dagster, alerts):
    told, _ = alerts
    [sensor] = alert_sensors(lambda: told, [])
    run(dagster, is_broken=True)
    tick(sensor, dagster)
    run(dagster, is_broken=False)
    tick(sensor, dagster)
    tick(sensor, dagster)
    assert [one.problem.scope for one in told.open_incidents()] == ["checks"]


def test_a_failed_check_is_told_until_it_passes(dagster, alerts):
    told, _ = alerts
    [sensor] = alert_sensors(lambda: told, [])
    run(dagster, is_broken=False)
    tick(sensor, dagster)
    [incident] = told.open_incidents()
    assert incident.problem.kind.code == "check_failed" and "Half of it is gone" in incident.problem.summary


def test_a_look_tells_what_it_finds_and_what_is_over(alerts):
    told, server = alerts
    found = [problem(scope="looked")]
    look = Look("looked", 30, lambda now: list(found), "Looks.")
    _, sensor = alert_sensors(lambda: told, [look])
    sensor(build_sensor_context())
    finish(sensor)
    found.clear()
    sensor(build_sensor_context())
    finish(sensor)
    assert [request.json["action"] for request in server.requests] == ["trigger", "resolve"]


def test_a_look_that_fails_fails_the_next_tick(alerts):
    told, _ = alerts

    def fail(now):
        raise RuntimeError("the lake is away")

    _, sensor = alert_sensors(lambda: told, [Look("looked", 30, fail, "Looks.")])
    sensor(build_sensor_context())
    with pytest.raises(RuntimeError, match="the lake is away"):
        finish(sensor)


def test_a_look_that_fails_is_told_before_its_next_tick(dagster, alerts):
    told, _ = alerts
    begun = threading.Event()

    def fail(now):
        begun.set()
        raise RuntimeError("the lake is away")

    runs, sensor = alert_sensors(lambda: told, [Look("looked", 30, fail, "Looks.")])
    sensor(build_sensor_context())
    begun.wait()
    while not told.open_incidents():
        tick(runs, dagster)
    [incident] = told.open_incidents()
    assert incident.problem.kind.code == "sensor_failing" and "the lake is away" in incident.problem.summary
    assert incident.problem.subject == "watch_looked"
    with pytest.raises(RuntimeError):
        finish(sensor)
    finish(sensor)
    tick(runs, dagster)
    assert told.open_incidents(), "it is not over because the next look has begun"


def finish(sensor):
    """Ticks until the look of the last tick is over."""
    while "not over" in str(sensor(build_sensor_context()).skip_message):
        pass


def test_background_work_does_not_pile_up():
    gate, background = threading.Event(), Background("test")
    assert background.begin(gate.wait)
    assert not background.begin(gate.wait)
    gate.set()
    while not background.begin(lambda: None):
        pass
