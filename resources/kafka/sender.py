"""Sends messages to one topic: idempotent, compressed, in bounded memory, no faster than asked.

What is sent lives elsewhere.
"""

import time
from collections.abc import Mapping
from types import TracebackType

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from resources.kafka.config import ClientConfig, producer_config
from resources.kafka.errors import MessageRefusedError
from resources.kafka.problems import Problems

GLANCE_SECONDS = 0.1
"""How often a wait looks whether something was refused."""

SHORTEST_SLEEP_SECONDS = 0.005
"""Sleeps are collected until they are this long: a timer is no more exact."""

LONGEST_LAG_SECONDS = 1.0
"""How much of a delay is made good afterwards; after a longer one the pace starts anew, without a burst."""

REFUSED = (KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD, KafkaError.TOPIC_AUTHORIZATION_FAILED)
"""Errors that are about the message or the topic, not about a broker that is away."""


class Sender:
    """An open producer; use it in a `with`: what was not flushed by then may never arrive.

    Raises MessageRefusedError, KafkaUnavailableError, KafkaAuthenticationError or KafkaTlsError.
    """

    def __init__(self, client: ClientConfig, topic: str, messages_per_second: float | None = None) -> None:
        self._topic = topic
        self._problems = Problems(client)
        self._failed: tuple[KafkaError, Message] | None = None
        self._producer = Producer({**producer_config(client), **self._problems.callbacks})
        self._pace = Pace(messages_per_second)

    def __enter__(self) -> "Sender":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._producer.purge()

    def send(self, key: bytes | None, value: bytes, headers: Mapping[str, str]) -> None:
        """Queues one message, when its time has come and there is room."""
        self._pace.wait()
        while True:
            try:
                self._producer.produce(
                    self._topic, value, key, headers=list(headers.items()), on_delivery=self._reported
                )
                break
            except BufferError:
                self._serve(GLANCE_SECONDS)
        self._serve(0)

    def flush(self) -> None:
        """Returns when the brokers have everything that was sent."""
        while self._producer.flush(GLANCE_SECONDS):
            self._serve(0)
        self._serve(0)

    def _serve(self, seconds: float) -> None:
        self._producer.poll(seconds)
        if self._failed is None and not self._problems.is_permanent:
            return
        if self._failed is None:
            raise self._problems.as_error("nothing was taken")
        error, message = self._failed
        if error.code() in REFUSED:
            raise MessageRefusedError(self._topic, len(message.value() or b""), error.str())
        raise self._problems.of_exception(KafkaException(error))

    def _reported(self, error: KafkaError | None, message: Message) -> None:
        """Called for what could not be delivered alone."""
        if error is not None and self._failed is None:
            self._failed = (error, message)


class Pace:
    """At most so many messages a second; None: no limit."""

    def __init__(self, per_second: float | None) -> None:
        self._seconds_each = 1 / per_second if per_second else 0.0
        self._due = time.monotonic()

    def wait(self) -> None:
        """Sleeps until the next message is due."""
        if not self._seconds_each:
            return
        now = time.monotonic()
        if self._due - now > SHORTEST_SLEEP_SECONDS:
            time.sleep(self._due - now)
        self._due = max(self._due, now - LONGEST_LAG_SECONDS) + self._seconds_each
