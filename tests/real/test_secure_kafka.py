"""Proves that the secure broker lets in who it should, and nobody else."""

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from tests.real.kafka_client import produce, read, unique
from tests.real.secure_kafka import SecureKafka

pytestmark = pytest.mark.real


def errors_of(config: dict[str, str]) -> list[int]:
    """Try to reach the broker for a while; return the codes of the errors that the client reported."""
    codes: list[int] = []
    client = AdminClient({**config, "error_cb": lambda error: codes.append(error.code()), "log_level": 0})
    with pytest.raises(KafkaException):
        client.list_topics(timeout=5)
    client.poll(0.1)
    return codes


def test_the_right_password_is_let_in(secure_kafka_broker: SecureKafka) -> None:
    topic = unique("secure")
    secure_kafka_broker.create_topic(topic)
    produce(secure_kafka_broker, topic, b"secret")
    assert read(secure_kafka_broker, topic) == [b"secret"]


def test_a_wrong_password_is_not(secure_kafka_broker: SecureKafka) -> None:
    config = {**secure_kafka_broker.client_config, "sasl.password": "wrong"}
    assert KafkaError._AUTHENTICATION in errors_of(config)


def test_a_client_without_tls_is_not(secure_kafka_broker: SecureKafka) -> None:
    errors_of({"bootstrap.servers": secure_kafka_broker.bootstrap_servers})


def test_a_client_that_does_not_trust_the_authority_stays_away(secure_kafka_broker: SecureKafka) -> None:
    config = {**secure_kafka_broker.client_config}
    del config["ssl.ca.location"]
    assert KafkaError._SSL in errors_of(config)
