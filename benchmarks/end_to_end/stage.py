"""The stage: a broker, a lake with reference data, and `dagster dev`, all ended with the block."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from advertisex_assets.demo.processes import free_port, python, running
from advertisex_assets.demo.scene import DAGSTER_CONFIG
from advertisex_assets.reference.load import load_reference
from benchmarks.end_to_end.traffic import SHARES
from resources.lake import Lake
from resources.reference.folder import ReferenceFolder
from resources.sample_traffic.config import TrafficConfig
from resources.sample_traffic.reference import write_reference
from resources.sample_traffic.world import make_world
from resources.settings import child_environment
from resources.world import pseudonym_key
from schemas.discover import feed_named
from tests.real.kafka import Kafka


@dataclass(frozen=True)
class Stage:
    """Where the broker and the lake are, what to advertise, Dagster's home and its parent process."""

    servers: str
    lake: Lake
    creative_ids: list[str]
    dagster_home: Path
    dagster: psutil.Process


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Everything running in a folder of its own."""
    lake, home = Lake(str(folder / "lake")), folder / "dagster_home"
    home.mkdir()
    (home / "dagster.yaml").write_text(DAGSTER_CONFIG)
    creative_ids = _load_reference(lake, folder / "reference")
    broker = Kafka()
    broker.start()
    try:
        for feed_name in SHARES:
            broker.create_topic(feed_named(feed_name).topic)
        environment = child_environment(
            lake=lake.root,
            kafka_bootstrap_servers=broker.bootstrap_servers,
            DAGSTER_HOME=str(home),
            # Where Python may not keep what it compiled, each process of Dagster's compiles everything again.
            PYTHONDONTWRITEBYTECODE="",
        )
        port = str(free_port(0))
        command = python("-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", port)
        with ExitStack() as stack:
            process = stack.enter_context(running(command, folder / "dagster.log", environment))
            yield Stage(broker.bootstrap_servers, lake, creative_ids, home, psutil.Process(process.pid))
    finally:
        broker.end(keep_logs=False)


def _load_reference(lake: Lake, folder: Path) -> list[str]:
    """Loads campaigns that run today; returns their creatives."""
    config = TrafficConfig(events=1000, days=2, start=datetime.now(UTC).date() - timedelta(days=10))
    world = make_world(config)
    write_reference(folder, config, world)
    load_reference(lake, ReferenceFolder(folder), pseudonym_key(), "benchmark")
    return [str(name) for name in world.creative_table["creative_id"]]
