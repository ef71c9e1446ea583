"""What can go wrong with Kafka, as errors that say what to do; none shows a password."""

from schemas.errors import AdvertiseXError


class KafkaUnavailableError(AdvertiseXError):
    """No broker answered in time."""

    def __init__(self, servers: str, reason: str) -> None:
        super().__init__(
            f"Kafka at {servers} does not answer: {reason}. Nothing is lost; work goes on where it stopped. "
            "Check that the brokers run and that ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS names them."
        )


class KafkaAuthenticationError(AdvertiseXError):
    """The brokers refused who we say we are."""

    def __init__(self, servers: str, username: str | None, reason: str) -> None:
        super().__init__(
            f"Kafka at {servers} refused user {username!r}: {reason}. Check ADVERTISEX_KAFKA_SASL_USERNAME, "
            "ADVERTISEX_KAFKA_SASL_PASSWORD and ADVERTISEX_KAFKA_SASL_MECHANISM."
        )


class KafkaTlsError(AdvertiseXError):
    """The encrypted connection could not be made."""

    def __init__(self, servers: str, reason: str) -> None:
        super().__init__(
            f"Kafka at {servers} could not be reached over TLS: {reason}. Check ADVERTISEX_KAFKA_SECURITY_PROTOCOL, "
            "and that ADVERTISEX_KAFKA_SSL_CA_LOCATION holds the authority that signed the brokers' certificates."
        )


class UnknownTopicError(AdvertiseXError):
    """The topic is not there."""

    def __init__(self, topic: str, servers: str) -> None:
        super().__init__(
            f"Kafka at {servers} has no topic {topic!r}. Create it, or wait for its first producer."
        )


class MessageRefusedError(AdvertiseXError):
    """The brokers did not take a message."""

    def __init__(self, topic: str, size_bytes: int, reason: str) -> None:
        super().__init__(
            f"Topic {topic} refused a message of {size_bytes:,} bytes: {reason}. What was acknowledged before stays. "
            "Raise the topic's max.message.bytes or give the user its rights, and run the same command again."
        )


class LogTruncatedError(AdvertiseXError):
    """The brokers lost messages that were landed already (an unclean leader election)."""


class SliceGoneError(AdvertiseXError):
    """What was to be read is there no longer (expired, or the topic was made anew): ask again what waits."""
