"""Problems: remembers what librdkafka reports in the background, and turns it into one clear error."""

import logging

from confluent_kafka import KafkaError, KafkaException

from resources.kafka.config import ClientConfig
from resources.kafka.errors import KafkaAuthenticationError, KafkaTlsError, KafkaUnavailableError
from schemas.errors import AdvertiseXError

LOGGER = logging.getLogger("advertisex.kafka")

PERMANENT = (KafkaError._AUTHENTICATION, KafkaError._SSL)
"""Errors that waiting does not cure; librdkafka itself would try for ever."""


class _Whisper:
    """librdkafka's log at debug level: it repeats the same connection error many times, and we say it once."""

    def log(self, level: int, text: str, *args: object) -> None:
        LOGGER.debug(text, *args)


WHISPER = _Whisper()


class Problems:
    """The last problem of one client, told by its error callback."""

    def __init__(self, client: ClientConfig) -> None:
        self._servers = str(client["bootstrap.servers"])
        self._username = str(client.get("sasl.username")) if "sasl.username" in client else None
        self._last: KafkaError | None = None

    @property
    def callbacks(self) -> dict[str, object]:
        """What to give to a client beside its configuration."""
        return {"error_cb": self.remember, "logger": WHISPER}

    def remember(self, error: KafkaError) -> None:
        """Keeps a problem, unless a permanent one is known already."""
        LOGGER.debug("librdkafka: %s", error)
        if not self.is_permanent:
            self._last = error

    def forget(self) -> None:
        """The client has just been answered: earlier problems are over."""
        self._last = None

    @property
    def is_permanent(self) -> bool:
        """Whether the last problem is one that waiting does not cure."""
        return self._last is not None and self._last.code() in PERMANENT

    def as_error(self, reason: str) -> AdvertiseXError:
        """The error to raise when something was not answered."""
        if self._last is None:
            return KafkaUnavailableError(self._servers, reason)
        said = self._last.str()
        if self._last.code() == KafkaError._AUTHENTICATION:
            return KafkaAuthenticationError(self._servers, self._username, said)
        if self._last.code() == KafkaError._SSL:
            return KafkaTlsError(self._servers, said)
        return KafkaUnavailableError(self._servers, f"{reason} ({said})")

    def of_exception(self, exception: KafkaException) -> AdvertiseXError:
        """The error to raise for one that librdkafka raised."""
        error = exception.args[0]
        if error.code() in PERMANENT:
            self.remember(error)
        return self.as_error(error.str())
