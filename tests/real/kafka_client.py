"""The few lines with which a test writes to and reads from a topic by itself."""

import uuid

from confluent_kafka import Consumer, Producer, TopicPartition

from tests.real.kafka import Topics

SECONDS = 30  # the longest that a test waits for a broker on this machine


def unique(name: str) -> str:
    """Return a topic name that no other test uses."""
    return f"{name}-{uuid.uuid4().hex[:8]}"


def produce(kafka: Topics, topic: str, *values: bytes) -> None:
    """Produce the values, in order, and wait until the broker has them."""
    producer = Producer(kafka.client_config)
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(SECONDS) == 0


def read(kafka: Topics, topic: str, isolation: str = "read_committed") -> list[bytes]:
    """Return the values of partition 0, from the start to its end."""
    config = {"group.id": "reader", "isolation.level": isolation, "enable.auto.commit": False}
    consumer = Consumer({**kafka.client_config, **config, "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, 0, 0)])
    values = []
    while (message := consumer.poll(SECONDS)) is not None and not message.error():
        values.append(message.value())
    assert message is not None, "the end of the partition was not reached"
    consumer.close()
    return values
