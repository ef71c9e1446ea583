"""Pytest fixtures for the real components, and the end of a run: everything ended, everything missing named.

How a component works lives in its own module beside this one.
"""

import os
from collections.abc import Iterator

import pytest

from tests.real import kafka, processes, requirements


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
