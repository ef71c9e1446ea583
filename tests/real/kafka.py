"""A real Apache Kafka, started for tests: one broker or a cluster, and the topics on it.

Settings live in `kafka_config`, certificates in `certificates`, fixtures in `fixtures`.
"""

import base64
import subprocess
import time
import uuid
from collections.abc import Callable
from functools import partial

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient, NewTopic

from tests.real import maven, requirements
from tests.real.kafka_config import Node, configuration, properties
from tests.real.processes import Component, free_port, fresh_folder

ADMIN_SECONDS = 30
ASKED_AGAIN_SECONDS = 5
"""Of a topic's id: an answer that takes longer does not come (seen once, over TLS), while a new client gets it."""


class Topics:
    """What can be done on any cluster that answers at `bootstrap_servers`, ours or not."""

    def __init__(self, client_config: dict[str, str], replication_factor: int) -> None:
        self.client_config = client_config
        self.bootstrap_servers = client_config["bootstrap.servers"]
        self._replication_factor = replication_factor

    def admin(self) -> AdminClient:
        """Return a new admin client; quiet, since tests stop brokers on purpose."""
        return AdminClient({**self.client_config, "log_level": 0})

    def create_topic(self, name: str, partitions: int = 1, configs: dict[str, str] | None = None) -> str:
        """Create a topic, wait until it can be written, and return its topic id."""
        topic = NewTopic(name, partitions, self._replication_factor, config=configs or {})
        admin = self.admin()  # named: a client that is dropped takes its pending answers with it
        admin.create_topics([topic])[name].result(ADMIN_SECONDS)
        deadline = time.monotonic() + ADMIN_SECONDS
        while not (self._has_leaders(name, partitions) and (topic_id := self._known_id(name))):
            if time.monotonic() > deadline:
                raise TimeoutError(f"topic {name} got no leaders within {ADMIN_SECONDS} s")
            time.sleep(0.02)
        return topic_id

    def delete_topic(self, name: str) -> None:
        """Delete a topic and wait until the broker no longer lists it."""
        admin = self.admin()
        admin.delete_topics([name])[name].result(ADMIN_SECONDS)
        while name in admin.list_topics(timeout=ADMIN_SECONDS).topics:
            time.sleep(0.02)

    def topic_id(self, name: str, within_seconds: float = ADMIN_SECONDS) -> str:
        """Return the id of the topic of that name: another one after it was deleted and created again."""
        admin = self.admin()
        return str(admin.describe_topics(TopicCollection([name]))[name].result(within_seconds).topic_id)

    def _known_id(self, name: str) -> str | None:
        """Return the topic's id; None while the broker that is asked has not heard of it, or does not answer."""
        try:
            return self.topic_id(name, ASKED_AGAIN_SECONDS)
        except (KafkaException, TimeoutError):
            return None

    def _has_leaders(self, name: str, partitions: int) -> bool:
        found = self.admin().list_topics(timeout=ADMIN_SECONDS).topics.get(name)
        return found is not None and len(found.partitions) == partitions and all(
            partition.leader >= 0 for partition in found.partitions.values()
        )  # fmt: skip


class Kafka(Topics):
    """A cluster of our own processes on 127.0.0.1, all stopped, started and paused together; or each of `.brokers`.

    `extra(node)` gives settings beyond the usual; `format_arguments` go to the formatting of the storage.
    """

    def __init__(
        self,
        brokers: int = 1,
        extra: Callable[[Node], dict[str, object]] = lambda node: {},
        format_arguments: tuple[str, ...] = (),
    ) -> None:
        folders = [fresh_folder("kafka") for _ in range(brokers)]
        nodes = [Node(n, free_port(), free_port(), folder / "data") for n, folder in enumerate(folders, start=1)]
        bootstrap_servers = ",".join(f"127.0.0.1:{node.broker_port}" for node in nodes)
        super().__init__({"bootstrap.servers": bootstrap_servers}, brokers)
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")  # may begin with a dash
        self.brokers: list[Component] = []
        for node, folder in zip(nodes, folders, strict=True):
            config_file = folder / "server.properties"
            config_file.write_text(properties({**configuration(node, nodes), **extra(node)}))
            formatting = ["format", f"--cluster-id={cluster_id}", "--config", str(config_file), *format_arguments]
            subprocess.run([*java_command("kafka.tools.StorageTool"), *formatting], check=True, capture_output=True)
            command = [*java_command("kafka.Kafka"), str(config_file)]
            name = f"kafka-{node.node_id}-{node.broker_port}"
            self.brokers.append(Component(name, command, folder, partial(_serves, node)))

    def start(self) -> None:
        """Start every broker that is not running, on the data that it has."""
        for broker in self.brokers:
            broker.launch()
        for broker in self.brokers:
            broker.wait_until_ready()

    def stop(self) -> None:
        """Stop every broker in good order; all at once, since the last one alone would wait for a quorum."""
        for broker in self.brokers:
            broker.ask_to_stop()
        for broker in self.brokers:
            broker.wait_until_stopped()

    def kill(self) -> None:
        """Kill every broker at once, as a power failure would."""
        for broker in self.brokers:
            broker.kill()

    def pause(self) -> None:
        """Freeze every broker: connections stay open and nothing answers."""
        for broker in self.brokers:
            broker.pause()

    def resume(self) -> None:
        """Let frozen brokers go on."""
        for broker in self.brokers:
            broker.resume()
    def end(self, keep_logs: bool) -> None:
        """Kill every broker and remove its folder; with `keep_logs` the logs stay in `.cache/test-logs`."""
        for broker in self.brokers:
            broker.end(keep_logs)


def _serves(node: Node) -> bool:
    """Say whether this node answers and the cluster counts it among its brokers."""
    client = AdminClient({"bootstrap.servers": f"127.0.0.1:{node.broker_port}", "log_level": 0})
    try:
        return node.node_id in client.list_topics(timeout=1).brokers
    except KafkaException:
        return False


def java_command(main_class: str) -> list[str]:
    """Return the command that runs a class of Kafka's, bringing Java's jars first; ends the test without Java."""
    java, jars = requirements.java(), maven.install("kafka") / "libs"
    logging = requirements.REPOSITORY / "deploy" / "kafka" / "log4j2.properties"
    # A small heap, and no compiler threads that compete with the tests: the broker starts in two seconds.
    tuning = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    return [str(java), *tuning, f"-Dlog4j2.configurationFile={logging}", "-cp", f"{jars}/*", main_class]


def broker_that_others_run(bootstrap_servers: str) -> Topics:
    """Return a broker that was started by someone else; it can be used, not stopped."""
    return Topics({"bootstrap.servers": bootstrap_servers}, replication_factor=1)
