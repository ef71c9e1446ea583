"""A record typed with kcat is in silver soon after, by the sensors of a real `dagster dev`; and the UI shows it."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from advertisex_assets.demo.processes import python, running
from resources.lake import Lake
from resources.settings import child_environment
from schemas.feeds.impressions import FEED as IMPRESSIONS
from schemas.tables.silver import silver_tables
from tests.real.browser import screenshot
from tests.real.kafka import Kafka
from tests.real.processes import free_port

pytestmark = [pytest.mark.real, pytest.mark.soak]

SECONDS = 300
TICKS = "locations/advertisex/sensors/impressions_arrivals"


@pytest.fixture
def dagster(fresh_kafka_broker: Kafka, tmp_path: Path) -> Iterator[str]:
    """The address of a `dagster dev` over a lake in `tmp_path` and the broker."""
    home, port = tmp_path / "home", free_port()
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\nnux: {enabled: false}\n")
    environment = child_environment(
        lake=str(tmp_path / "lake"),
        kafka_bootstrap_servers=fresh_kafka_broker.bootstrap_servers,
        DAGSTER_HOME=str(home),
    )
    command = python("-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port))
    url = f"http://127.0.0.1:{port}"
    with running(command, tmp_path / "dagster.log", environment):
        deadline = time.monotonic() + SECONDS
        while not answers(f"{url}/server_info"):
            assert time.monotonic() < deadline, (tmp_path / "dagster.log").read_text()[-2_000:]
            time.sleep(0.5)
        yield url


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


@pytest.mark.timeout(900)
def test_a_record_typed_with_kcat_is_in_silver_soon_after(
    kcat: Path, chromium: Path, fresh_kafka_broker: Kafka, dagster: str, tmp_path: Path
) -> None:
    fresh_kafka_broker.create_topic(IMPRESSIONS.topic, partitions=3)
    for number in range(3):
        record = {
            "impression_id": f"typed-{number}",
            "ad_creative_id": "cr-1",
            "user_id": "u-1",
            "timestamp": datetime.now(UTC).isoformat(),
        }
        typed = [kcat, "-P", "-b", fresh_kafka_broker.bootstrap_servers, "-t", IMPRESSIONS.topic]
        subprocess.run(typed, input=json.dumps(record).encode(), check=True, timeout=60)
        began = time.monotonic()
        while record["impression_id"] not in silver(tmp_path):
            assert time.monotonic() < began + SECONDS
            time.sleep(0.5)
        print(f"in silver after {time.monotonic() - began:.1f} s")
    picture = Path(os.environ.get("SENSOR_TICKS_PNG", tmp_path / "sensor-ticks.png"))
    screenshot(chromium, f"{dagster}/{TICKS}", picture, settle_ms=20_000)
    assert picture.stat().st_size > 20_000


def silver(folder: Path) -> list[str]:
    """The ids in silver; none before its first landing."""
    lake, (table,) = Lake(str(folder / "lake")), silver_tables(IMPRESSIONS)
    if not lake.exists(table):
        return []
    return lake.open(table).scan().select(pl.col("impression_id")).collect()["impression_id"].to_list()
