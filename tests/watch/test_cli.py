"""People see what is wrong and who was told, take it on, and follow it to its end, from the command line."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from dagster import DagsterInstance
from typer.testing import CliRunner

from advertisex_assets.cli.main import build
from advertisex_assets.watch.alerts import Alerts
from advertisex_assets.watch.listing import INCIDENT_ROWS
from resources.alerts.config import load_alert_config
from resources.lake import Lake
from resources.settings import child_environment, settings
from schemas.errors import AdvertiseXError
from schemas.feeds.impressions import FEED
from schemas.tables.held import HELD
from tests.watch.lakes import days_of_impressions, land
from tests.watch.problems import problem
from tests.watch.receivers import actions
from tests.watch.test_held import BATCH, CULPRIT, broken, lake, run  # noqa: F401

CONFIG = """\
[receivers]
hook = {{ type = "webhook", url = "{url}", secret = "s" }}
[[routes]]
receivers = ["hook"]
"""


@pytest.fixture
def told(tmp_path, server, monkeypatch):
    """An incident of which a receiver has been told."""
    (tmp_path / "alerts.toml").write_text(CONFIG.format(url=server.url))
    monkeypatch.setenv("ADVERTISEX_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("ADVERTISEX_ALERTS", str(tmp_path / "alerts.toml"))
    settings.cache_clear()
    alerts = Alerts(Lake(str(tmp_path / "lake")), load_alert_config(tmp_path / "alerts.toml"))
    [incident] = alerts.report([problem()])
    alerts.deliver()
    yield incident.incident_id
    settings.cache_clear()


def call(*arguments):
    result = CliRunner().invoke(build(), arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_what_is_open_is_listed_with_who_was_told(told):
    [row] = call("alerts", "--format", "json")
    assert list(row) == list(INCIDENT_ROWS)
    assert row["incident"] == told and row["told"] == "hook trigger delivered" and row["runbook"].endswith(".md")


def test_it_is_taken_on_and_resolved_with_a_note_and_receivers_hear_of_both(told, server):
    call("alerts", "acknowledge", told, "--by", "ann", "--format", "json")
    [row] = call("alerts", "resolve", told, "--by", "ann", "--note", "The partner replayed it.", "--format", "json")
    assert (row["state"], row["by"], row["note"]) == ("resolved", "ann", "The partner replayed it.")
    assert actions(server) == ["trigger", "acknowledge", "resolve"]
    assert call("alerts", "--format", "json") == []
    assert [row["incident"] for row in call("alerts", "--history", "--format", "json")] == [told]


def test_what_nobody_got_says_why(told, server):
    server.status = 404
    call("alerts", "acknowledge", told, "--format", "json")
    [row] = call("alerts", "--format", "json")
    assert "hook acknowledge undeliverable" in row["told"] and "404" in row["told"]


def test_an_incident_is_not_resolved_without_a_word(told):
    assert CliRunner().invoke(build(), ["alerts", "resolve", told, "--note", " "]).exit_code == 2
    with pytest.raises(AdvertiseXError, match=told):
        call("alerts", "resolve", "nonsense", "--note", "x")


def test_a_held_batch_is_listed_and_released_with_a_note(broken):  # noqa: F811
    run()
    [held] = call("release", "--format", "json")
    assert (held["batch"], held["event_date"]) == (BATCH, str(CULPRIT)) and "doubled" in held["why"]
    assert CliRunner().invoke(build(), ["release", BATCH]).exit_code == 2, "not without a note"
    call("release", BATCH, str(CULPRIT), "--by", "ann", "--note", "Mended.", "--format", "json")
    assert call("release", "--format", "json") == []
    latest = broken.open(HELD).scan().sort("written_at").last().collect().row(0, named=True)
    assert (latest["state"], latest["by"], latest["note"]) == ("released", "ann", "Mended.")


def test_the_metrics_process_serves_on_loopback_and_tells_of_a_dead_daemon(tmp_path, server):
    (tmp_path / "alerts.toml").write_text(CONFIG.format(url=server.url))
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    _beat(home, datetime.now(UTC) - timedelta(minutes=10))
    environment = child_environment(
        lake=str(tmp_path / "lake"), alerts=str(tmp_path / "alerts.toml"), DAGSTER_HOME=str(home)
    )
    command = [sys.executable, "-m", "tests.watch.advertisex", "metrics", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True)
    try:
        lines = iter(process.stderr.readline, "")
        url = next(found[0] for line in lines if (found := re.findall(r"http://127\.0\.0\.1:\d+/metrics", line)))
        with urllib.request.urlopen(url, timeout=60) as answer:
            assert "advertisex_dagster_daemon_heartbeat_timestamp_seconds{" in answer.read().decode()
        assert any("No sign of life from Dagster's SENSOR" in line for line in lines)
        assert server.requests[0].json["incidents"][0]["kind"] == "daemon_dead"
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM, "it stops in good order"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()


def _beat(home, at):
    """As if the daemon had given its last sign of life then."""
    from dagster._daemon.types import DaemonHeartbeat

    with DagsterInstance.from_config(str(home)) as instance:
        instance.add_daemon_heartbeat(DaemonHeartbeat(at.timestamp(), "SENSOR", "gone", []))


def test_a_refresh_that_fails_without_a_daemon_is_told_and_so_is_its_end(told, server, tmp_path):
    bronze = Lake(str(tmp_path / "lake"))
    land(bronze, FEED, days_of_impressions(1))
    log = tmp_path / "lake/bronze/impressions/_delta_log"
    newest = max(log.glob("*.json"))
    kept = newest.read_bytes()
    newest.write_bytes(b"{damaged")
    with pytest.raises(Exception, match="Json error"):
        call("refresh", "--format", "json")
    newest.write_bytes(kept)
    call("refresh", "--format", "json")
    about = [
        (request.json["action"], one["subject"])
        for request in server.requests
        for one in request.json["incidents"]
        if one["kind"] == "run_failed"
    ]
    assert about == [("trigger", "advertisex refresh"), ("resolve", "advertisex refresh")]


def test_what_a_refresh_holds_is_told_without_a_daemon(broken, told, server):  # noqa: F811
    with pytest.raises(AdvertiseXError, match=r"Held: silver\.impressions"):
        call("refresh", "--format", "json")
    held = [one for request in server.requests for one in request.json["incidents"] if one["kind"] == "batch_held"]
    assert [one["subject"] for one in held] == [BATCH]
