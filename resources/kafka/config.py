"""Client configuration from the settings, as librdkafka takes it; pure. Connections live in `connection`."""

from resources.kafka.errors import KafkaUnavailableError
from resources.settings import Settings

ClientConfig = dict[str, str | int | float | bool]

CONSUMER: ClientConfig = {
    # An offset that is gone must be an accounted gap, never a silent jump.
    "auto.offset.reset": "error",
    "isolation.level": "read_committed",
    # Bronze's marks are the position; the group only shows it.
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    # The only way to learn that nothing but aborted messages and markers is left.
    "enable.partition.eof": True,
    # Prefetched bytes: enough that fetching and writing overlap, little beside a commit's budget.
    "queued.max.messages.kbytes": 65_536,
    "queued.min.messages": 200_000,
    # A full queue makes librdkafka wait this long; its default of 1000 ms left the reader idle for most of the time.
    "fetch.queue.backoff.ms": 20,
    # One message may be as large as brokers are ever set to accept; 1 GB is librdkafka's own limit.
    "fetch.message.max.bytes": 8 << 20,
    "receive.message.max.bytes": 1 << 30,
    "check.crcs": True,
}

PRODUCER: ClientConfig = {
    # No message twice or out of order when a request is repeated.
    "enable.idempotence": True,
    "compression.type": "zstd",
    # Batches of some size compress well; 20 ms is far below what anyone waits for.
    "linger.ms": 20,
    "batch.size": 1 << 20,
    # What waits to be sent: enough for the network, bounded whatever a file's size.
    "queue.buffering.max.kbytes": 65_536,
    # The brokers say what is too large, topic by topic; 1 GB is librdkafka's own limit.
    "message.max.bytes": 1_000_000_000,
    # One call of Python per failure instead of one per message.
    "delivery.report.only.error": True,
}


def client_config(settings: Settings) -> ClientConfig:
    """How to reach the brokers; KafkaUnavailableError without ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS."""
    if not settings.kafka_bootstrap_servers:
        raise KafkaUnavailableError("(nowhere)", "no brokers are set")
    password = settings.kafka_sasl_password
    ca_location = settings.kafka_ssl_ca_location
    found = {
        "bootstrap.servers": settings.kafka_bootstrap_servers,
        "security.protocol": settings.kafka_security_protocol,
        "sasl.mechanism": settings.kafka_sasl_mechanism,
        "sasl.username": settings.kafka_sasl_username,
        "sasl.password": password.get_secret_value() if password else None,
        "ssl.ca.location": str(ca_location) if ca_location else None,
        "client.id": "advertisex",
    }
    return {name: value for name, value in found.items() if value is not None}


def consumer_config(client: ClientConfig, group: str) -> ClientConfig:
    """A consumer for bounded slices with manual assignment."""
    return {**client, **CONSUMER, "group.id": group}


def producer_config(client: ClientConfig) -> ClientConfig:
    """An idempotent producer."""
    return {**client, **PRODUCER}
