"""What Dagster knows to be wrong becomes one problem for each cause."""

from datetime import timedelta

from advertisex_assets.transforms.watch.failures import (
    away_problems,
    daemon_problems,
    run_problem,
    sensor_problems,
)
from schemas.alerts.kinds import AlertSeverity
from schemas.alerts.observed import SensorHealth
from tests.watch.problems import NOW, failed_run


def test_errors_that_differ_in_details_only_have_one_cause():
    first = run_problem(failed_run("No space left on /data/lake/part-17.parquet after 1,024 bytes"), "")
    other = run_problem(failed_run("No space left on /data/lake/part-18.parquet after 2,048 bytes"), "")
    third = run_problem(failed_run("Row 17 has no 'user_id'"), "")
    assert first.key == other.key != third.key
    assert run_problem(failed_run("x", error_class="KafkaUnavailableError"), "").kind.code == "system_away"


def test_sensors_that_fail_or_fall_silent_are_told():
    healthy = SensorHealth("a", NOW - timedelta(seconds=20), "")
    failing = SensorHealth("b", NOW, "KeyError: 'x'")
    silent = SensorHealth("c", NOW - timedelta(minutes=9), "")
    never = SensorHealth("d", None, "")
    found = sensor_problems([healthy, failing, silent, never], NOW, "")
    assert [one.subject for one in found] == ["b", "c"]


def test_a_silent_daemon_is_critical():
    alive = {"SENSOR": NOW - timedelta(seconds=31), "SCHEDULER": NOW}
    assert daemon_problems(alive, NOW, "") == []
    [found] = daemon_problems(alive | {"SENSOR": NOW - timedelta(minutes=3)}, NOW, "")
    assert found.kind.severity is AlertSeverity.CRITICAL and "SENSOR" in found.summary


def test_a_broker_away_is_one_problem_for_all_sensors_that_ask_it():
    reasons = {f"{feed}_arrivals": "Kafka at localhost:9092 did not answer." for feed in ("a", "b", "c")}
    assert len({one.key for one in away_problems(reasons, NOW, "")}) == 1
