"""Both consumers, with a Python object per message and without, read the same from a real broker."""

import dataclasses
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
import pytest
from confluent_kafka import Producer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resources.kafka import Kafka, SliceReader, TopicState, mark_name, reader, waiting_slices
from resources.kafka.messages import MESSAGE_SCHEMA
from resources.kafka.native.library import library
from tests.real.kafka import Topics
from tests.real.requirements import missing

PARTITIONS = 2
SECONDS = 30
LATEST_MS = 1_760_000_000_000
"""In the past: brokers refuse what claims to come from the future."""

VALUES = st.none() | st.binary(max_size=40) | st.integers(0, 300_000).map(lambda size: b"x" * size)
NAMES = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=8)
HEADERS = st.lists(st.tuples(NAMES | st.just("record-id"), st.none() | st.binary(max_size=12)), max_size=3)
MESSAGES = st.fixed_dictionaries(
    {
        "value": VALUES,
        "key": st.none() | st.binary(max_size=12),
        "headers": HEADERS,
        "partition": st.integers(0, PARTITIONS - 1),
        "timestamp": st.integers(1, LATEST_MS),
    }
)
TRANSACTIONS = st.tuples(st.lists(MESSAGES, min_size=1, max_size=30), st.booleans())
"""Messages, and whether they are committed."""


@dataclasses.dataclass
class Talk:
    """A topic, who reads it and who writes it."""

    topic: str
    kafka: Kafka
    producer: Producer

    def send(self, messages: Sequence[dict[str, Any]], is_committed: bool) -> None:
        """One transaction; returns when readers see its end."""
        markers = len({message["partition"] for message in messages})
        end = _offsets(self.kafka.describe(self.topic)) + len(messages) + markers
        self.producer.begin_transaction()
        for message in messages:
            self.producer.produce(self.topic, **message)
        end_it = self.producer.commit_transaction if is_committed else self.producer.abort_transaction
        assert self.producer.flush(SECONDS) == 0
        end_it(SECONDS)
        deadline = time.monotonic() + SECONDS
        while _offsets(self.kafka.describe(self.topic)) < end:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def _offsets(state: TopicState) -> int:
    return sum(one.stable for one in state.partitions)


@pytest.fixture
def talk(kafka_broker: Topics) -> Iterator[Talk]:
    if library() is None:
        missing("take.so", "it is compiled by `make setup`")
    name = f"consumers-{uuid.uuid4().hex[:8]}"
    kafka_broker.create_topic(name, PARTITIONS, {"retention.ms": "-1"})
    producer = Producer({**kafka_broker.client_config, "transactional.id": name, "linger.ms": 0})
    producer.init_transactions(SECONDS)
    yield Talk(name, Kafka(dict(kafka_broker.client_config), group=name), producer)
    kafka_broker.delete_topic(name)


@pytest.mark.real
@given(transactions=st.lists(TRANSACTIONS, min_size=1, max_size=2))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_both_consumers_give_the_same_rows(
    transactions: list[tuple[list[dict[str, Any]], bool]], talk: Talk
) -> None:
    before = talk.kafka.describe(talk.topic)
    for messages, is_committed in transactions:
        talk.send(messages, is_committed)
    native = _read(talk, before)
    with pytest.MonkeyPatch.context() as without:
        without.setattr(reader, "library", lambda: None)
        objects = _read(talk, before)
    assert native.equals(objects)
    committed = [one["value"] for messages, is_committed in transactions if is_committed for one in messages]
    assert sorted(native["payload"].to_list(), key=repr) == sorted(committed, key=repr)


def _read(talk: Talk, before: TopicState) -> pl.DataFrame:
    """All that came since, in small batches, in the order of the partitions."""
    marks = {mark_name(before.topic_id, one.partition): one.stable for one in before.partitions}
    state = talk.kafka.describe(talk.topic)
    opened: SliceReader = talk.kafka.reader(state, waiting_slices(state, marks))
    frames = [pl.DataFrame(schema=MESSAGE_SCHEMA)]
    with opened as slices:
        while not slices.is_done:
            frames += slices.read(max_rows=7, max_bytes=1 << 20).frames
    return pl.concat(frames).sort("partition", "offset")
