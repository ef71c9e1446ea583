"""A real Prometheus reads our endpoint, accepts our rules, and fires; the dashboard asks for what is there."""

import json
import re
import subprocess
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from datetime import timedelta

import pytest
import yaml

from advertisex_assets.watch.metrics import Measured
from resources.lake import Lake
from resources.metrics import serve_metrics
from schemas.checks.gauges import GAUGES
from schemas.feeds.impressions import FEED
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import silver_tables
from tests.real.processes import Component, free_port
from tests.real.requirements import REPOSITORY, executable
from tests.watch.lakes import FIRST_DAY, days_of_impressions, land, refresh
from tests.watch.test_losses import delete

RULES = REPOSITORY / "deploy/prometheus"
DASHBOARD = REPOSITORY / "deploy/grafana/provisioning/dashboards/advertisex.json"
PATIENCE_SECONDS = 60
"""Scrapes and evaluations are a second apart here; a busy machine takes longer."""


@pytest.mark.real
def test_promtool_accepts_the_rules_and_their_tests():
    promtool = executable("Prometheus", "promtool")
    for arguments in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        done = subprocess.run([promtool, *arguments], cwd=RULES, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_rules_and_dashboard_ask_only_for_metrics_that_exist():
    names = {gauge.name for gauge in GAUGES}
    rules = [rule["expr"] for group in _rules()["groups"] for rule in group["rules"]]
    for expression in [*rules, *_dashboard_expressions()]:
        assert set(re.findall(r"advertisex_\w+", expression)) <= names, expression


def test_every_rule_leads_to_a_runbook():
    for rule in _rules()["groups"][0]["rules"]:
        assert (REPOSITORY / rule["annotations"]["runbook_url"]).is_file()


@pytest.mark.real
def test_lost_records_fire_in_a_real_prometheus(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    land(lake, FEED, days_of_impressions(2))
    refresh(lake, FEED, [FIRST_DAY, FIRST_DAY + timedelta(days=1)])
    delete(lake, silver_tables(FEED)[0], f"event_date = '{FIRST_DAY}'")
    server = serve_metrics(Measured(lake, [FEED], [bronze_table(FEED)]).parts(), port=0)
    try:
        with prometheus(tmp_path / "prometheus", server.port) as url:
            # Late as well: its newest event is of March.
            fired = _wait_for(url, {"AdvertiseXRecordsUnbalanced", "AdvertiseXDataStale"})
            assert fired["AdvertiseXRecordsUnbalanced"]["feed"] == "impressions"
            assert "AdvertiseXMetricsAbsent" not in fired
            for expression in _dashboard_expressions():
                query = urllib.parse.urlencode({"query": expression})
                assert _get(f"{url}/api/v1/query?{query}")["status"] == "success", expression
    finally:
        server.stop()


@contextmanager
def prometheus(folder, target_port):
    """A Prometheus that scrapes and evaluates every second, with our rules but for their patience."""
    program = executable("Prometheus", "prometheus")
    folder.mkdir()
    rules = _rules()
    for rule in rules["groups"][0]["rules"]:
        rule.pop("for", None)
    (folder / "alerts.yml").write_text(yaml.safe_dump(rules))
    config = yaml.safe_load((RULES / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["scrape_configs"] = [
        {"job_name": "advertisex", "static_configs": [{"targets": [f"127.0.0.1:{target_port}"]}]}
    ]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    url = f"http://127.0.0.1:{free_port()}"
    flags = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address={url[7:]}"]
    component = Component("prometheus", [str(program), *flags], folder, lambda: _is_ready(url))
    component.start()
    try:
        yield url
    finally:
        component.end(keep_log=False)


def _rules():
    return yaml.safe_load((RULES / "alerts.yml").read_text())


def _dashboard_expressions():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def _firing(url):
    alerts = _get(f"{url}/api/v1/alerts")["data"]["alerts"]
    return {one["labels"]["alertname"]: one["labels"] for one in alerts if one["state"] == "firing"}


def _wait_for(url, names):
    """The firing alerts, once those of these names are among them."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not names <= _firing(url).keys():
        assert time.monotonic() < deadline, f"only {sorted(_firing(url))} fired"
        time.sleep(0.2)
    return _firing(url)


def _is_ready(url):
    try:
        return urllib.request.urlopen(f"{url}/-/ready", timeout=2).status == 200
    except OSError:
        return False


def _get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)
