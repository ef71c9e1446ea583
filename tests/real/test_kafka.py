"""Proves that the Kafka fixtures are what tests of ours take them for. Nothing of ours is tested here."""

import pytest
from confluent_kafka import KafkaException, Producer

from tests.real.kafka import Kafka, Topics
from tests.real.kafka_client import SECONDS, produce, read, unique

pytestmark = pytest.mark.real

def test_a_message_comes_back(kafka_broker: Topics) -> None:
    topic = unique("echo")
    kafka_broker.create_topic(topic)
    produce(kafka_broker, topic, b"impression")
    assert read(kafka_broker, topic) == [b"impression"]


def test_a_message_of_many_megabytes_comes_back(kafka_broker: Topics) -> None:
    topic, large = unique("large"), b"x" * 20_000_000
    kafka_broker.create_topic(topic)
    producer = Producer({**kafka_broker.client_config, "message.max.bytes": 30_000_000})
    producer.produce(topic, large)
    assert producer.flush(SECONDS) == 0
    assert read(kafka_broker, topic) == [large]


def test_partitions_and_configs_are_those_asked_for(kafka_broker: Topics) -> None:
    topic = unique("wide")
    kafka_broker.create_topic(topic, partitions=7, configs={"max.message.bytes": "100"})
    listed = kafka_broker.admin().list_topics(timeout=SECONDS).topics[topic]
    assert len(listed.partitions) == 7
    producer = Producer(kafka_broker.client_config)
    errors: list[object] = []
    producer.produce(topic, b"x" * 200, on_delivery=lambda error, _: errors.append(error))
    producer.flush(SECONDS)
    assert errors and errors[0] is not None


def test_an_aborted_transaction_is_invisible_to_read_committed(kafka_broker: Topics) -> None:
    topic = unique("transactions")
    kafka_broker.create_topic(topic)
    producer = Producer({**kafka_broker.client_config, "transactional.id": topic})
    producer.init_transactions(SECONDS)
    for value, end in ((b"kept", producer.commit_transaction), (b"dropped", producer.abort_transaction)):
        producer.begin_transaction()
        producer.produce(topic, value)
        producer.flush(SECONDS)
        end(SECONDS)
    assert read(kafka_broker, topic) == [b"kept"]
    assert read(kafka_broker, topic, "read_uncommitted") == [b"kept", b"dropped"]


def test_a_topic_created_again_has_another_id(kafka_broker: Topics) -> None:
    topic = unique("again")
    first = kafka_broker.create_topic(topic)
    assert kafka_broker.topic_id(topic) == first
    kafka_broker.delete_topic(topic)
    assert kafka_broker.create_topic(topic) != first


@pytest.mark.parametrize("way_down", ["stop", "kill"])
def test_a_restart_keeps_messages_and_ids(fresh_kafka_broker: Kafka, way_down: str) -> None:
    topic = unique("kept")
    topic_id = fresh_kafka_broker.create_topic(topic)
    produce(fresh_kafka_broker, topic, b"before")
    getattr(fresh_kafka_broker, way_down)()
    with pytest.raises(KafkaException):
        fresh_kafka_broker.admin().list_topics(timeout=0.5)
    fresh_kafka_broker.start()
    produce(fresh_kafka_broker, topic, b"after")
    assert read(fresh_kafka_broker, topic) == [b"before", b"after"]
    assert fresh_kafka_broker.topic_id(topic) == topic_id


def test_a_paused_broker_is_silent_and_then_goes_on(fresh_kafka_broker: Kafka) -> None:
    fresh_kafka_broker.pause()
    with pytest.raises(KafkaException):
        fresh_kafka_broker.admin().list_topics(timeout=0.5)
    fresh_kafka_broker.resume()
    assert fresh_kafka_broker.admin().list_topics(timeout=SECONDS).brokers


def test_a_cluster_of_three_survives_the_death_of_one(kafka_cluster: Kafka) -> None:
    topic = unique("replicated")
    kafka_cluster.create_topic(topic)
    produce(kafka_cluster, topic, b"before")
    leader = kafka_cluster.admin().list_topics(timeout=SECONDS).topics[topic].partitions[0].leader
    kafka_cluster.brokers[leader - 1].kill()
    produce(kafka_cluster, topic, b"after")
    assert read(kafka_cluster, topic) == [b"before", b"after"]
