"""Pytest fixtures for the real components, and the end of a run: everything ended, everything missing named.

How a component works lives in its own module beside this one.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.real import kafka, processes, requirements
from tests.real.object_store import ObjectStore
from tests.real.postgres import Postgres
from tests.real.registry import SchemaRegistry
from tests.real.secure_kafka import SecureKafka
from tests.real.spark_cluster import SparkCluster


@pytest.fixture(scope="session")
def kafka_broker() -> kafka.Topics:
    """A running Kafka broker for the whole session; use topic names of your own.

    Without Java it is the one at ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS, which can be used but not stopped.
    """
    others = os.environ.get("ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS")
    if others and not requirements.has_java():
        return kafka.broker_that_others_run(others)
    broker = kafka.Kafka()
    broker.start()
    return broker


@pytest.fixture
def fresh_kafka_broker(request: pytest.FixtureRequest) -> Iterator[kafka.Kafka]:
    """A running broker of this test's own, to be stopped, killed or paused at will."""
    broker = kafka.Kafka()
    broker.start()
    yield broker
    broker.end(keep_logs=bool(request.session.testsfailed))


@pytest.fixture(scope="session")
def kafka_cluster() -> kafka.Kafka:
    """Three running brokers; topics have three replicas, and one broker may fail."""
    cluster = kafka.Kafka(brokers=3)
    cluster.start()
    return cluster


@pytest.fixture(scope="session")
def secure_kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> SecureKafka:
    """A running broker that asks for TLS and SASL/SCRAM; its `client_config` has what it asks for."""
    broker = SecureKafka(tmp_path_factory.mktemp("certificates"))
    broker.start()
    return broker


@pytest.fixture(scope="session")
def schema_registry() -> SchemaRegistry:
    """A running schema registry; `.url` is its Confluent-compatible API. Use subjects of your own."""
    registry = SchemaRegistry()
    registry.start()
    return registry


@pytest.fixture(scope="session")
def object_store() -> ObjectStore:
    """A running S3 server with one bucket; `.environment` is what a client needs. Use prefixes of your own."""
    server = ObjectStore()
    server.start()
    return server


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """A running, empty PostgreSQL; `.url` is how to reach it."""
    server = Postgres()
    server.start()
    return server


@pytest.fixture(scope="session")
def spark_cluster() -> SparkCluster:
    """A running master and two workers; `.environment` is what a driver needs, a process of its own."""
    cluster = SparkCluster()
    cluster.start()
    return cluster


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The path of a Chromium or Chrome; see `screenshots` for how to run it headless."""
    return requirements.executable("Chromium", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def prometheus() -> Path:
    """The path of the Prometheus server's binary."""
    return requirements.executable("Prometheus", "prometheus")


@pytest.fixture(scope="session")
def kcat() -> Path:
    """The path of kcat, a Kafka client that is not ours."""
    return requirements.executable("kcat", "kcat", "kafkacat")


@pytest.fixture(autouse=True)
def _heal_session_components() -> Iterator[None]:
    """Leave nothing stopped or paused to the next test."""
    yield
    for component in list(processes.started):
        component.ensure_running()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what could not run, so that a green run does not hide it."""
    if not requirements.could_not_run:
        return
    terminalreporter.section("could not run")
    for message, tests in sorted(requirements.could_not_run.items()):
        terminalreporter.write_line(f"could not run: {message} ({tests} tests)")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End every component, also after Ctrl-C; keep the logs when a test failed."""
    for component in list(processes.started):
        component.end(keep_log=bool(session.testsfailed))
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["could_not_run"] = dict(requirements.could_not_run)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Gather what a worker of pytest-xdist could not run; one that died has nothing to say."""
    requirements.could_not_run.update(getattr(node, "workeroutput", {}).get("could_not_run", {}))
