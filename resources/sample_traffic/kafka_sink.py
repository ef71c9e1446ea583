"""Sends sample traffic to Kafka: the only module of the generator that knows a broker. Not here: what is sent."""

import time
from collections.abc import Callable, Iterable

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka import Message as Sent

from resources.sample_traffic.messages import Message

BATCH = 500
"""Messages between two looks at the clock and at delivery reports."""

FLUSH_SECONDS = 60.0


def produce(
    traffic: Iterable[Message],
    bootstrap_servers: str,
    rate_per_second: float | None = None,
    settings: dict[str, str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Send the messages in order and return how many were acknowledged.

    rate_per_second: None sends as fast as the broker takes them. settings: further librdkafka settings (security).
    Raises KafkaException when any message was not acknowledged.
    """
    failures: list[KafkaError] = []
    producer = Producer(
        {"bootstrap.servers": bootstrap_servers, "enable.idempotence": True, **(settings or {})}
    )

    def reported(error: KafkaError | None, _: Sent) -> None:
        if error is not None:
            failures.append(error)

    started, sent = time.monotonic(), 0
    for message in traffic:
        _send(producer, message, reported)
        sent += 1
        if sent % BATCH == 0:
            producer.poll(0)
            _keep_pace(started, sent, rate_per_second)
            if progress is not None:
                progress(sent)
        if failures:
            break
    left = producer.flush(FLUSH_SECONDS)
    if failures:
        raise KafkaException(failures[0])
    if left:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"{left} messages were not acknowledged"))
    return sent


def _send(producer: Producer, message: Message, reported: Callable[[KafkaError | None, Sent], None]) -> None:
    while True:
        try:
            producer.produce(message.topic, value=message.value, key=message.key, on_delivery=reported)
            return
        except BufferError:
            # librdkafka's queue is full: let it drain.
            producer.poll(0.1)


def _keep_pace(started: float, sent: int, rate_per_second: float | None) -> None:
    if rate_per_second is not None:
        ahead = sent / rate_per_second - (time.monotonic() - started)
        if ahead > 0:
            time.sleep(ahead)
