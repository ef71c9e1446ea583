"""Offsets without a message are accounted for, by class; a topic that changes under us neither skips nor doubles."""

import time

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import NewPartitions

from resources.kafka import waiting_slices
from tests.streaming.setting import SECONDS, Stream, impression, payloads

pytestmark = pytest.mark.real


def test_aborted_transactions_are_not_landed_but_counted(stream: Stream) -> None:
    stream.create()
    stream.transaction(payloads(5), commit=True)
    stream.transaction(payloads(7, first=100), commit=False)
    stream.produce(payloads(3, first=5))
    stream.transaction(payloads(2, first=200), commit=False)
    receipt = stream.land()
    assert stream.landed() == sorted(payloads(8))
    assert receipt.is_caught_up and receipt.gaps == {"aborted": 9, "marker": 3}
    assert stream.gaps() == {"aborted": 9, "marker": 3}


def test_a_topic_with_nothing_but_markers_does_not_wait_for_ever(stream: Stream) -> None:
    stream.create()
    stream.transaction(payloads(4), commit=False)
    assert stream.land().is_caught_up
    again = stream.land()
    assert (again.commits, again.is_caught_up) == (0, True)
    assert stream.gaps() == {"aborted": 4, "marker": 1}


def test_an_open_transaction_waits_until_it_ends(stream: Stream) -> None:
    stream.create()
    stream.produce(payloads(2))
    producer = Producer({**stream.broker.client_config, "transactional.id": stream.topic})
    producer.init_transactions(SECONDS)
    producer.begin_transaction()
    producer.produce(stream.topic, impression(2), partition=0)
    producer.flush(SECONDS)
    stream.produce([impression(3)])
    assert stream.land().messages == 2
    producer.commit_transaction(SECONDS)
    stream.wait_for_stable_offset(5)  # four messages and the marker
    assert stream.land().messages == 2
    assert stream.landed() == sorted(payloads(4))


def delete_before(stream: Stream, offset: int) -> None:
    """Does what retention does, at once."""
    where = TopicPartition(stream.topic, 0, offset)
    admin = stream.broker.admin()  # named: a client that is dropped takes its pending answers with it
    admin.delete_records([where])[where].result(SECONDS)


def test_what_expired_unread_is_counted_and_landing_goes_on(stream: Stream) -> None:
    stream.create()
    stream.produce(payloads(10))
    stream.land()
    stream.produce(payloads(10, first=10))
    delete_before(stream, 15)
    receipt = stream.land()
    assert (receipt.messages, receipt.gaps["expired"]) == (5, 5)
    assert stream.landed() == sorted(payloads(10) + payloads(5, first=15))
    assert stream.gaps() == {"expired": 5}


def test_everything_expired_leaves_nothing_waiting(stream: Stream) -> None:
    stream.create()
    stream.produce(payloads(4))
    stream.land()
    stream.produce(payloads(4, first=4))
    delete_before(stream, 8)
    assert stream.land().gaps == {"expired": 4}
    assert stream.land().commits == 0
    assert stream.gaps() == {"expired": 4}


def test_a_first_landing_starts_at_what_is_kept(stream: Stream) -> None:
    stream.create()
    stream.produce(payloads(10))
    delete_before(stream, 6)
    assert stream.land().messages == 4
    assert stream.gaps() == {}


def test_expiry_while_reading_is_noticed(stream: Stream) -> None:
    """Between asking for offsets and reading them the broker deletes: landing asks again and goes on."""
    stream.create()
    stream.produce(payloads(10))
    describe = stream.kafka.describe
    calls = []

    def describe_then_delete(topic: str) -> object:
        state = describe(topic)
        if not calls:
            delete_before(stream, 7)
        calls.append(topic)
        return state

    stream.kafka.describe = describe_then_delete  # type: ignore[method-assign,assignment]
    assert stream.land().messages == 3
    assert stream.landed() == sorted(payloads(3, first=7))


def test_compacted_messages_are_counted(stream: Stream) -> None:
    configs = {
        "cleanup.policy": "compact",
        "min.cleanable.dirty.ratio": "0.01",
        "segment.ms": "100",
        "max.compaction.lag.ms": "100",
    }
    stream.create(configs=configs)
    stream.produce(payloads(20), key=b"same")
    last = 20
    while stream.kafka.describe(stream.topic).partitions[0].stable == last:
        # A segment is compacted only once another one follows it.
        stream.produce([impression(last)], key=b"same")
        last += 1
        time.sleep(0.2)
        if _kept(stream) < last:
            break
    receipt = stream.land()
    assert receipt.gaps["marker"] == last - receipt.messages > 0
    assert stream.gaps() == {"marker": last - receipt.messages}


def _kept(stream: Stream) -> int:
    topic = stream.kafka.describe(stream.topic)
    with stream.kafka.reader(topic, waiting_slices(topic, {})) as reader:
        return sum(frame.height for frame in reader.read(10_000, 10_000_000).frames)


def test_a_topic_created_again_begins_a_new_epoch(stream: Stream) -> None:
    stream.create()
    stream.produce(payloads(5))
    first = stream.land()
    stream.broker.delete_topic(stream.topic)
    stream.create()
    stream.produce(payloads(3, first=100))
    second = stream.land()
    assert (second.messages, second.is_caught_up) == (3, True)
    assert second.topic_id != first.topic_id
    assert stream.landed() == sorted(payloads(5) + payloads(3, first=100))
    assert stream.gaps() == {}


def test_a_topic_created_again_while_it_is_read_is_read_anew(stream: Stream) -> None:
    stream.create()
    stream.produce(payloads(5))
    topic_id = stream.kafka.topic_id
    calls = []

    def recreate_first(topic: str) -> str:
        if not calls:
            stream.broker.delete_topic(topic)
            stream.create()
            stream.produce(payloads(4, first=50))
        calls.append(topic)
        return topic_id(topic)

    stream.kafka.topic_id = recreate_first  # type: ignore[method-assign]
    assert stream.land().messages == 4
    assert stream.landed() == sorted(payloads(4, first=50))


def test_new_partitions_are_picked_up(stream: Stream) -> None:
    stream.create()
    stream.produce(payloads(5))
    stream.land()
    admin = stream.broker.admin()
    admin.create_partitions([NewPartitions(stream.topic, 3)])[stream.topic].result(SECONDS)
    while len(stream.kafka.describe(stream.topic).partitions) < 3:
        time.sleep(0.02)
    stream.produce(payloads(5, first=5), partition=2)
    assert stream.land().messages == 5
    assert stream.landed() == sorted(payloads(10))
