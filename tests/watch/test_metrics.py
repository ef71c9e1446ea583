"""The metrics endpoint tells the truth about the lake, on loopback, and one dead part does not take the rest along."""

import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from advertisex_assets.watch.alerts import Alerts
from advertisex_assets.watch.metrics import Measured
from resources.alerts.config import AlertConfig
from resources.lake import Lake
from resources.metrics import Part, serve_metrics
from schemas.alerts.route import Routing
from schemas.checks.gauges import GAUGES
from schemas.feeds.impressions import FEED
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import silver_tables
from tests.watch.lakes import FIRST_DAY, days_of_impressions, land, refresh
from tests.watch.problems import problem


@pytest.fixture
def lake(tmp_path) -> Lake:
    lake = Lake(str(tmp_path / "lake"))
    valid = days_of_impressions(1)
    land(lake, FEED, [*valid, valid[0], b"{broken"])
    refresh(lake, FEED, [FIRST_DAY])
    return lake


def scraped(parts) -> dict[tuple, float]:
    """Values by name and label values, the labels in alphabetical order."""
    server = serve_metrics(parts, port=0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=30) as answer:
            families = list(text_string_to_metric_families(answer.read().decode()))
    finally:
        server.stop()
    samples = [sample for family in families for sample in family.samples]
    return {(one.name, *(one.labels[name] for name in sorted(one.labels))): one.value for one in samples}


def test_what_is_scraped_is_what_the_lake_holds(lake):
    Alerts(lake, AlertConfig(Routing(), ())).report([problem()])
    values = scraped(Measured(lake, [FEED], [bronze_table(FEED), *silver_tables(FEED)]).parts())
    outcomes = {
        "received": 22,
        "accepted": 20,
        "duplicates": 1,
        "conflicts": 0,
        "quarantined": 1,
        "excluded": 0,
    }
    for outcome, count in outcomes.items():
        assert values["advertisex_records", "impressions", outcome] == count
    assert values["advertisex_feed_balanced", "impressions"] == 1
    assert values["advertisex_refused_records", "undecodable", "impressions"] == 1
    assert values["advertisex_table_rows", "silver.impressions"] == 20
    assert values["advertisex_table_files", "bronze.impressions"] >= 1
    assert values["advertisex_open_incidents", "data_stale", "error"] == 1
    assert values["advertisex_unread_records", "impressions"] == 0
    assert all(value == 1 for key, value in values.items() if key[0] == "advertisex_collector_up")


def test_a_part_that_fails_says_so_and_the_others_go_on(lake):
    def fail():
        raise RuntimeError("away")

    good = Measured(lake, [FEED], []).parts()
    values = scraped([Part("broken", fail), *good])
    assert values["advertisex_collector_up", "broken"] == 0
    assert values["advertisex_records", "impressions", "received"] == 22


def test_it_listens_on_loopback_unless_told_otherwise():
    server = serve_metrics([], port=0)
    server.stop()
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics", timeout=5)


def test_names_follow_the_conventions():
    for gauge in GAUGES:
        assert gauge.name.startswith("advertisex_") and gauge.name == gauge.name.lower()
        assert not gauge.name.endswith("_total"), "a gauge is no counter"
        if "timestamp" in gauge.name or "duration" in gauge.name or "delay" in gauge.name:
            assert gauge.name.endswith("_seconds")
        assert not {"user_id", "campaign_id", "website", "run_id"} & set(gauge.labels), (
            "cardinality is bounded"
        )
