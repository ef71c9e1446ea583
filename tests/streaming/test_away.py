"""A broker that is away: one clear sentence, patience, one piece of news at each end, and no run that waits for it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from confluent_kafka.admin import NewPartitions
from dagster import DagsterInstance, DagsterRunStatus, SensorResult, build_sensor_context, job

from resources.kafka import Kafka, KafkaUnavailableError, Part
from resources.run import utc_now
from resources.settings import settings
from schemas.run_tags import LANDING, LANDING_PART
from sensors import arrivals
from sensors.arrivals import arrivals_sensor
from sensors.outage import LONGEST_PAUSE_SECONDS, Outage
from tests.real.kafka import Kafka as Broker
from tests.real.requirements import REPOSITORY
from tests.streaming.setting import SECONDS, Stream, payloads

pytestmark = pytest.mark.real


def test_a_mock_that_ends_is_an_outage_like_any_other() -> None:
    mock = subprocess.Popen(
        [sys.executable, "-m", "resources.kafka.mock"],
        cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert mock.stdout is not None
    client = {"bootstrap.servers": mock.stdout.readline().strip()}
    known, young = Kafka(client, "test", answer_seconds=2), Kafka(client, "test", answer_seconds=2)
    assert known.describe("ad-impressions").topic_id.startswith("advertisex-mock-epoch.")
    assert young._admin.cluster_id(timeout=2)  # connected, and about to ask for the epoch
    mock.kill()
    mock.communicate()
    for kafka in (known, young):
        with pytest.raises(KafkaUnavailableError, match="Nothing is lost"):
            kafka.describe("ad-impressions")


@job
def landing_job() -> None:
    """Stands for a landing run."""


@pytest.fixture
def sensed(own_stream: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator["Sensed"]:
    """A stream whose arrivals a sensor looks for."""
    monkeypatch.setenv("ADVERTISEX_LAKE", own_stream.lake.root)
    monkeypatch.setenv("ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS", own_stream.broker.bootstrap_servers)
    settings.cache_clear()
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        yield Sensed(own_stream.create(), instance)
    settings.cache_clear()


class Sensed:
    """Ticks of one sensor, by a clock of the test's."""

    def __init__(self, stream: Stream, instance: DagsterInstance) -> None:
        self.stream, self._instance, self._sensor = stream, instance, arrivals_sensor(stream.feed)
        self.cursor: str | None = None
        self.news: list[str] = []

    def tick(self) -> SensorResult:
        context = build_sensor_context(instance=self._instance, cursor=self.cursor)
        context.log.warning = self.news.append  # type: ignore[method-assign]
        result = self._sensor(context)
        assert isinstance(result, SensorResult)
        self.cursor = result.cursor or self.cursor
        return result

    def start(self, tags: dict[str, str], status: DagsterRunStatus) -> None:
        """A run that has got as far as that, and that nobody looks after."""
        run = self._instance.create_run_for_job(landing_job, tags=tags, status=DagsterRunStatus.STARTED)
        if status is DagsterRunStatus.FAILURE:
            self._instance.report_run_failed(run)

    def pause_is_over(self) -> None:
        """As if the time had come to ask again."""
        outage = Outage.from_cursor(self.cursor)
        self.cursor = Outage(outage.failures, 0.0, outage.reason).cursor


def test_a_dead_broker_is_told_once_and_so_is_its_return(sensed: Sensed) -> None:
    broker = sensed.stream.broker
    assert isinstance(broker, Broker)
    sensed.stream.produce(payloads(3))
    assert sensed.tick().run_requests and sensed.news == []
    broker.kill()
    reasons = []
    for _ in range(3):
        result = sensed.tick()
        assert not result.run_requests and result.skip_reason
        reasons.append(str(result.skip_reason.skip_message))
        sensed.pause_is_over()
    assert all(broker.bootstrap_servers in reason and "does not answer" in reason for reason in reasons)
    assert len(sensed.news) == 1
    broker.start()
    assert sensed.tick().run_requests
    assert sensed.news[1:] == ["Kafka answers again after 3 failed attempts."]
    assert sensed.tick().run_requests and len(sensed.news) == 2


def test_a_broker_that_is_away_is_asked_more_and_more_rarely() -> None:
    outage, now, pauses = Outage(), 0.0, []
    for _ in range(12):
        outage = outage.after_failure(now, "away")
        assert not outage.is_over_at(now)
        pauses.append(outage.ask_again_at - now)
        now = outage.ask_again_at
    assert pauses == sorted(pauses) and pauses[0] <= 5 and pauses[-1] == LONGEST_PAUSE_SECONDS
    assert sum(pauses[:4]) < 120, "a short outage ends within minutes"


def test_a_run_whose_process_died_does_not_block_its_feed_for_ever(
    sensed: Sensed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where run monitoring is off, Dagster says of a killed run that it is under way until someone looks."""
    sensed.stream.produce(payloads(3))
    (request,) = sensed.tick().run_requests or ()
    sensed.start(dict(request.tags), DagsterRunStatus.STARTED)
    assert not sensed.tick().run_requests
    monkeypatch.setattr(arrivals, "utc_now", lambda: utc_now() + timedelta(hours=1))
    assert sensed.tick().run_requests


def test_a_landing_that_keeps_failing_is_tried_more_and_more_rarely(
    sensed: Sensed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is that fails: never a run every five seconds."""
    sensed.stream.produce(payloads(3))
    (request,) = sensed.tick().run_requests or ()
    for _ in range(4):
        sensed.start(dict(request.tags), DagsterRunStatus.FAILURE)
    result = sensed.tick()
    assert not result.run_requests and "The last 4 runs failed" in str(result.skip_reason)
    monkeypatch.setattr(arrivals, "utc_now", lambda: utc_now() + timedelta(minutes=10))
    assert sensed.tick().run_requests


def test_parts_of_a_topic_are_landed_by_runs_side_by_side(sensed: Sensed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVERTISEX_KAFKA_LANDING_RUNS", "3")
    settings.cache_clear()
    admin = sensed.stream.broker.admin()
    admin.create_partitions([NewPartitions(sensed.stream.topic, 6)])[sensed.stream.topic].result(SECONDS)
    while len(sensed.stream.kafka.describe(sensed.stream.topic).partitions) < 6:
        time.sleep(0.02)
    for partition in (0, 2, 3):
        sensed.stream.produce(payloads(1), partition)
    parts = [request.tags[LANDING_PART] for request in sensed.tick().run_requests or ()]
    assert parts == ["0/3", "2/3"]
    sensed.start({LANDING: sensed.stream.feed.name, LANDING_PART: "0/3"}, DagsterRunStatus.STARTED)
    assert [request.tags[LANDING_PART] for request in sensed.tick().run_requests or ()] == ["2/3"]
    assert sensed.stream.land(partitions=Part.parse("2/3")).messages == 1
    assert sensed.stream.land(partitions=Part.parse("0/3")).messages == 2
