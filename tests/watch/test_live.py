"""In a real `dagster dev`, a person hears of late data and of runs that fail, and of their end."""

import json
import os
import socket
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from advertisex_assets.watch.status import status
from resources.lake import Lake
from schemas.feeds.impressions import FEED
from tests.real.processes import Component
from tests.watch.lakes import impression
from tests.watch.receivers import http_receiver

PATIENCE_SECONDS = 240
"""A busy machine takes that long to start Dagster; the minute that is promised is measured, not asserted."""

CONFIG = """\
[receivers]
hook = {{type = "webhook", url = "{url}", secret = "s"}}
[[routes]]
receivers = ["hook"]
least = "warning"
"""


@pytest.fixture
def live(tmp_path):
    with http_receiver() as server:
        home, landing = tmp_path / "home", tmp_path / "landing"
        for folder in (home, landing / "impressions"):
            folder.mkdir(parents=True)
        (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        (tmp_path / "alerts.toml").write_text(CONFIG.format(url=server.url))
        yield server, Dev(tmp_path)


class Dev:
    """A `dagster dev` on a lake, a landing folder and an alerts file of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.lake = Lake(str(folder / "lake"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        settings = {
            "DAGSTER_HOME": folder / "home", "ADVERTISEX_LAKE": folder / "lake",
            "ADVERTISEX_LANDING": folder / "landing", "ADVERTISEX_ALERTS": folder / "alerts.toml",
            "ADVERTISEX_SETTLE_SECONDS": 0, "ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS": "",
        }  # fmt: skip
        os_settings = {name: str(value) for name, value in settings.items() if value != ""}
        command = [sys.executable, "-m", "dagster", "dev", "-h", "127.0.0.1", "-p", str(self.port)]
        arguments = ["env", *(f"{name}={value}" for name, value in os_settings.items()), *command]
        module = ["-m", "advertisex_assets.definitions"]
        self.component = Component("dagster-dev", [*arguments, *module], folder, self.is_ready)

    def is_ready(self):
        try:
            return (
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/server_info", timeout=2).status == 200
            )
        except OSError:
            return False

    def watermark(self):
        """From when on the fault can be seen."""
        return status(self.lake, [FEED])[0]["watermark"]

    def put(self, name, records):
        """Puts a file into the landing folder, whole or not at all."""
        text = "\n".join(json.dumps(record) for record in records)
        hidden = self.folder / f"{name}.part"
        hidden.write_text(text)
        hidden.rename(self.folder / "landing/impressions" / name)


@pytest.mark.real
@pytest.mark.timeout(900)
def test_faults_are_told_and_so_is_their_end(live, monkeypatch):
    server, dev = live
    monkeypatch.setenv("PYTHONPATH", os.getcwd())
    dev.component.launch()
    try:
        _wait_for(lambda: dev.is_ready() or None)
        dev.put(
            "old.json", [impression(number, datetime.now(UTC) - timedelta(hours=3)) for number in range(100)]
        )
        _wait_for(lambda: dev.watermark())
        seconds = _wait_for(lambda: _told(server, "data_stale"))
        print(f"Late data was told {seconds:.1f} s after it could be seen.")
        late = _told(server, "data_stale")
        assert late["subject"] == "impressions" and "complete to" in late["summary"]
        dev.put("new.json", [impression(1000 + number, datetime.now(UTC)) for number in range(100)])
        _wait_for(lambda: _told(server, "data_stale", "resolve"))
        # A table that cannot be read: every run on it fails.
        _break(dev.folder / "lake/silver/impressions/_delta_log")
        dev.put("more.json", [impression(2000, datetime.now(UTC))])
        _wait_for(lambda: _told(server, "run_failed") or _told(server, "sensor_failing"))
    finally:
        dev.component.stop()
        dev.component.end(keep_log=True)


def _told(server, kind, action="trigger"):
    for request in list(server.requests):
        for incident in request.json["incidents"]:
            if request.json["action"] == action and incident["kind"] == kind:
                return incident
    return None


def _wait_for(look):
    """How many seconds it took until there was something."""
    begun = time.monotonic()
    while look() is None:
        assert time.monotonic() < begun + PATIENCE_SECONDS, "nothing happened"
        time.sleep(0.2)
    return time.monotonic() - begun


def _break(folder):
    """The newest commit becomes unreadable, as after a damaged disk."""
    newest = max(folder.glob("*.json"))
    newest.write_text("{damaged")
