"""A Kafka broker whose clients must come by TLS and SASL/SCRAM-SHA-512."""

import secrets
from pathlib import Path

from tests.real.certificates import make_certificates
from tests.real.kafka import Kafka
from tests.real.kafka_config import Node, configuration
from tests.real.processes import free_port

USER = "advertisex"


class SecureKafka(Kafka):
    """One broker with a SASL_SSL listener; `client_config` holds what a client needs (user, password, CA).

    Its plain listener is for the broker itself; `bootstrap_servers` names the secure one. Certificates go into
    `folder`.
    """

    def __init__(self, folder: Path) -> None:
        authority, server = make_certificates(folder)
        secure_listener = f"SASL_SSL://127.0.0.1:{free_port()}"

        def with_secure_listener(node: Node) -> dict[str, object]:
            usual = configuration(node, [node])
            return {
                "listeners": f"{usual['listeners']},{secure_listener}",
                "advertised.listeners": f"{usual['advertised.listeners']},{secure_listener}",
                "listener.name.sasl_ssl.sasl.enabled.mechanisms": "SCRAM-SHA-512",
                "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;"
                ),
                "ssl.keystore.type": "PEM",
                "ssl.keystore.location": server,
            }

        password = secrets.token_urlsafe(12)
        user = f"SCRAM-SHA-512=[name={USER},password={password}]"
        super().__init__(extra=with_secure_listener, format_arguments=("--add-scram", user))
        self.bootstrap_servers = secure_listener.removeprefix("SASL_SSL://")
        self.client_config = {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": str(authority),
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": USER,
            "sasl.password": password,
        }
