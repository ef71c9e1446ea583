"""Several brokers, several landing processes: what is produced is in bronze once, whoever dies or lands beside."""

import subprocess
import sys
from pathlib import Path

import pytest

from advertisex_assets.bronze.kafka import Budget, land_kafka
from resources.kafka.errors import KafkaUnavailableError
from resources.run import Run
from tests.real.kafka import Kafka
from tests.real.kafka_client import SECONDS
from tests.real.requirements import REPOSITORY
from tests.streaming.setting import Stream, payloads

pytestmark = pytest.mark.real

RUNS = 3
"""An election takes seconds, a run that finds one waits for ten."""


def test_the_death_of_a_leader_in_mid_read_loses_and_doubles_nothing(kafka_cluster: Kafka, tmp_path: Path) -> None:
    stream = Stream(kafka_cluster, tmp_path).create()
    stream.produce(payloads(3_000))
    killed: list[int] = []

    def kill_the_leader(step: str) -> None:
        """After the first batch was read, and before more than that batch is."""
        if step == "bronze:kafka:append" and not killed:
            listed = kafka_cluster.admin().list_topics(stream.topic, timeout=SECONDS)
            killed.append(listed.topics[stream.topic].partitions[0].leader)
            kafka_cluster.brokers[killed[0] - 1].kill()

    land_through(stream, Run("test", step=kill_the_leader))
    assert killed
    stream.produce(payloads(500, first=3_000))
    land_through(stream, Run("test"))
    kafka_cluster.brokers[killed[0] - 1].start()
    land_through(stream, Run("test"))
    assert stream.landed() == sorted(payloads(3_500))
    assert stream.gaps() == {}


def land_through(stream: Stream, run: Run) -> None:
    """Lands as sensors have it done: a run that finds the cluster electing says so, and the next one goes on."""
    budget = Budget(run_rows=1_000_000, commit_rows=500)
    for _ in range(RUNS):
        try:
            if land_kafka(stream.lake, stream.feed, stream.kafka, budget, run).is_caught_up:
                return
        except KafkaUnavailableError as error:
            print(error)
    pytest.fail(f"not caught up after {RUNS} runs")


def test_processes_land_partitions_of_their_own_at_once(stream: Stream, tmp_path: Path) -> None:
    stream.create(partitions=6)
    for partition in range(6):
        stream.produce(payloads(1_000, first=1_000 * partition), partition)
    command = [sys.executable, "-m", "tests.streaming.landing_process", str(tmp_path), stream.broker.bootstrap_servers]
    processes = [
        subprocess.Popen([*command, stream.topic, listed], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        for listed in ("0,3", "1,4", "2,5")
    ]
    ended = [process.communicate(timeout=SECONDS * 4)[0].split() for process in processes]
    # Who has partitions of his own loses no race, so that machines do not slow each other down.
    assert ended == [["2000", "0"]] * 3
    assert stream.landed() == sorted(payloads(6_000))
    assert stream.gaps() == {}


def test_processes_that_want_the_same_partitions_share_them(stream: Stream, tmp_path: Path) -> None:
    stream.create(partitions=2)
    for partition in range(2):
        stream.produce(payloads(1_000, first=1_000 * partition), partition)
    command = [sys.executable, "-m", "tests.streaming.landing_process", str(tmp_path), stream.broker.bootstrap_servers]
    processes = [subprocess.Popen([*command, stream.topic, "0,1"], cwd=REPOSITORY) for _ in range(2)]
    assert [process.wait(SECONDS * 4) for process in processes] == [0, 0]
    assert stream.landed() == sorted(payloads(2_000))
    assert stream.gaps() == {}
