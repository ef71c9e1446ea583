"""Fixtures of the streaming tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real.kafka import Kafka, Topics
from tests.streaming.setting import Stream


@pytest.fixture
def stream(kafka_broker: Topics, tmp_path: Path) -> Stream:
    """A stream of impressions on the session's broker; its topic is not created yet."""
    return Stream(kafka_broker, tmp_path)


@pytest.fixture
def own_stream(fresh_kafka_broker: Kafka, tmp_path: Path) -> Stream:
    """The same on a broker that may be stopped, killed and paused."""
    return Stream(fresh_kafka_broker, tmp_path)


@pytest.fixture
def new_stream(kafka_broker: Topics, tmp_path: Path) -> Callable[..., Stream]:
    """Makes streams of other feeds."""
    return lambda feed: Stream(kafka_broker, tmp_path, feed)
