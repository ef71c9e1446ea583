"""A librdkafka client made by its own functions, and what it reports in the background."""

import ctypes
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from resources.kafka.config import ClientConfig
from resources.kafka.native.library import ErrorCallback, Library, LogCallback
from resources.kafka.problems import LOGGER, Problems

CONSUMER = 1
"""RD_KAFKA_CONSUMER, a kind of client."""

REASON_BYTES = 512
"""Room for the reason of a refusal, as librdkafka's own programs have it."""


class NativeClient:
    """A consumer's client: `handle` is what librdkafka's functions ask for.

    What it reports is told in the thread that takes messages, while it does. KafkaException if a setting is refused.
    """

    def __init__(self, library: Library, config: ClientConfig, problems: Problems) -> None:
        self._kafka = library.kafka
        # They must live as long as the client.
        self._on_error, self._on_log = _error_callback(problems), LogCallback(_whisper)
        self.handle: Any = self._made(config)
        self._kafka.rd_kafka_set_log_queue(self.handle, None)
        self._kafka.rd_kafka_poll_set_consumer(self.handle)

    def close(self) -> None:
        """Leaves the brokers; the client is gone."""
        self._kafka.rd_kafka_consumer_close(self.handle)
        self._kafka.rd_kafka_destroy(self.handle)
        self.handle = None

    def _made(self, config: ClientConfig) -> Any:
        settings, reason = self._kafka.rd_kafka_conf_new(), ctypes.create_string_buffer(REASON_BYTES)
        self._kafka.rd_kafka_conf_set_error_cb(settings, self._on_error)
        self._kafka.rd_kafka_conf_set_log_cb(settings, self._on_log)
        for name, value in {**config, "log.queue": True}.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            if self._kafka.rd_kafka_conf_set(settings, name.encode(), text.encode(), reason, REASON_BYTES):
                break
        else:
            # The settings are now the client's.
            if made := self._kafka.rd_kafka_new(CONSUMER, settings, reason, REASON_BYTES):
                return made
        self._kafka.rd_kafka_conf_destroy(settings)
        raise KafkaException(KafkaError(KafkaError._INVALID_ARG, reason.value.decode(errors="replace")))


def _error_callback(problems: Problems) -> Any:
    def remember(_client: int, code: int, reason: bytes | None, _hidden: int) -> None:
        problems.remember(KafkaError(code, (reason or b"").decode(errors="replace")))

    return ErrorCallback(remember)


def _whisper(_client: int, _level: int, place: bytes, text: bytes) -> None:
    LOGGER.debug("%s: %s", place.decode(errors="replace"), text.decode(errors="replace"))
