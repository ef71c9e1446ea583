"""TLS and SASL/SCRAM from the settings, against a real broker: who is let in, and what the others are told."""

import traceback

import pytest

from resources.kafka import Kafka, KafkaAuthenticationError, KafkaTlsError, KafkaUnavailableError
from resources.kafka.connection import ANSWER_SECONDS
from resources.kafka.slices import Slice
from resources.settings import Settings
from schemas.errors import AdvertiseXError
from tests.real.kafka_client import produce, unique
from tests.real.secure_kafka import SecureKafka

pytestmark = pytest.mark.real

WRONG_PASSWORD = "not-the-right-one"
SETTINGS = {
    "kafka_bootstrap_servers": "bootstrap.servers",
    "kafka_security_protocol": "security.protocol",
    "kafka_sasl_mechanism": "sasl.mechanism",
    "kafka_sasl_username": "sasl.username",
    "kafka_sasl_password": "sasl.password",
    "kafka_ssl_ca_location": "ssl.ca.location",
}
"""Ours by librdkafka's."""


def kafka(broker: SecureKafka, answer_seconds: float = ANSWER_SECONDS, **changed: str | None) -> Kafka:
    """The broker as our settings name it."""
    values = {ours: broker.client_config[theirs] for ours, theirs in SETTINGS.items()} | changed
    return Kafka.from_settings(Settings.model_validate(values), answer_seconds)


def refusal(asked: Kafka) -> AdvertiseXError:
    with pytest.raises(AdvertiseXError) as error:
        asked.describe("any")
    return error.value


def test_the_right_password_is_let_in(secure_kafka_broker: SecureKafka) -> None:
    topic = unique("secure")
    secure_kafka_broker.create_topic(topic)
    produce(secure_kafka_broker, topic, b"secret")
    asked = kafka(secure_kafka_broker)
    found = asked.describe(topic)
    with asked.reader(found, [Slice(0, 0, 1)]) as reader:
        (frame,) = reader.read(max_rows=1, max_bytes=100).frames
    assert frame["payload"].to_list() == [b"secret"]


def test_a_wrong_password_is_one_clear_error_without_the_password(secure_kafka_broker: SecureKafka) -> None:
    error = refusal(kafka(secure_kafka_broker, kafka_sasl_password=WRONG_PASSWORD))
    assert isinstance(error, KafkaAuthenticationError)
    assert "'advertisex'" in str(error) and "ADVERTISEX_KAFKA_SASL_PASSWORD" in str(error)
    assert WRONG_PASSWORD not in "".join(traceback.format_exception(error))


def test_a_client_without_tls_is_not_let_in(secure_kafka_broker: SecureKafka) -> None:
    plain = kafka(secure_kafka_broker, 2.0, kafka_security_protocol="PLAINTEXT")
    assert isinstance(refusal(plain), KafkaUnavailableError)


def test_an_authority_that_is_not_trusted_is_named_as_the_cause(secure_kafka_broker: SecureKafka) -> None:
    error = refusal(kafka(secure_kafka_broker, kafka_ssl_ca_location=None))
    assert isinstance(error, KafkaTlsError)
    assert "ADVERTISEX_KAFKA_SSL_CA_LOCATION" in str(error)
