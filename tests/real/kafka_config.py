"""The configuration of a Kafka broker made for tests: KRaft, quick to start, nothing hidden. Pure; no process here."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Node:
    """One server of a cluster: its id, its ports on 127.0.0.1 and the folder of its data."""

    node_id: int
    broker_port: int
    controller_port: int
    data: Path


# Small and quick, for one machine that also runs the tests.
QUICK = {
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.num.partitions": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "group.initial.rebalance.delay.ms": 0,
    "num.network.threads": 2,
    "num.io.threads": 4,
    # Retention, compaction and transaction expiry act within a second, so that tests can see them act.
    "log.retention.check.interval.ms": 500,
    "log.initial.task.delay.ms": 500,
    "log.cleaner.backoff.ms": 500,
    "log.segment.delete.delay.ms": 1_000,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1_000,
    # After a kill the controller waits for the old session to end before it lets the broker back in: 9 s by default.
    "broker.session.timeout.ms": 2_000,
    "broker.heartbeat.interval.ms": 500,
    # A topic exists because a test made it, with the partitions that it asked for.
    "auto.create.topics.enable": "false",
    # Messages of many megabytes are a promise, the default is one.
    "message.max.bytes": 64 * 1024 * 1024,
    "replica.fetch.max.bytes": 64 * 1024 * 1024,
}


def configuration(node: Node, cluster: list[Node]) -> dict[str, object]:
    """Return the settings of `node` as broker and controller of `cluster`."""
    replicas = len(cluster)
    voters = ",".join(f"{peer.node_id}@127.0.0.1:{peer.controller_port}" for peer in cluster)
    return {
        "process.roles": "broker,controller",
        "node.id": node.node_id,
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": f"PLAINTEXT://127.0.0.1:{node.broker_port},CONTROLLER://127.0.0.1:{node.controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{node.broker_port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL",
        "log.dirs": node.data,
        "default.replication.factor": replicas,
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.replication.factor": replicas,
        "share.coordinator.state.topic.replication.factor": replicas,
        # A majority, so that one of three may die and nothing acknowledged is lost.
        "min.insync.replicas": replicas // 2 + 1,
        "transaction.state.log.min.isr": replicas // 2 + 1,
        "share.coordinator.state.topic.min.isr": replicas // 2 + 1,
        **QUICK,
    }


def properties(settings: dict[str, object]) -> str:
    """Return the settings as the text of a Java properties file."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())
