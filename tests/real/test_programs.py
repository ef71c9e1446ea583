"""Proves that the programs which are only found, not started, do what tests take them for."""

import subprocess
from pathlib import Path

import pytest

from tests.real.browser import page_text, screenshot
from tests.real.kafka import Topics
from tests.real.kafka_client import produce, read, unique
from tests.real.requirements import REPOSITORY, executable

pytestmark = pytest.mark.real
PAGE = "data:text/html,<body><script>document.body.innerText='conversions: ' %2B (40 %2B 2)</script>"


def test_chromium_runs_scripts_and_takes_pictures(chromium: Path, tmp_path: Path) -> None:
    assert "conversions: 42" in page_text(chromium, PAGE)
    png = tmp_path / "page.png"
    screenshot(chromium, PAGE, png)
    assert png.read_bytes().startswith(b"\x89PNG")


def test_kcat_produces_and_consumes(kcat: Path, kafka_broker: Topics) -> None:
    topic = unique("by-hand")
    kafka_broker.create_topic(topic)
    common = [kcat, "-b", kafka_broker.bootstrap_servers, "-t", topic]
    subprocess.run([*common, "-P"], input=b"typed", check=True, timeout=60)
    assert read(kafka_broker, topic) == [b"typed"]
    produce(kafka_broker, topic, b"ours")
    done = subprocess.run([*common, "-C", "-e", "-q"], capture_output=True, check=True, timeout=60)
    assert done.stdout.split() == [b"typed", b"ours"]


def test_prometheus_accepts_our_configuration(prometheus: Path) -> None:
    promtool = executable("Prometheus", "promtool", folders=(prometheus.parent,))
    config = REPOSITORY / "deploy" / "prometheus" / "prometheus.yml"
    subprocess.run([promtool, "check", "config", config], check=True, capture_output=True)
