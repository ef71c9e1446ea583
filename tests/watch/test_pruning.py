"""Old runs and checks are pruned; the latest materialization of every partition and the latest checks stay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import yaml
from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSpec,
    AssetKey,
    DagsterInstance,
    MaterializeResult,
    StaticPartitionsDefinition,
    asset,
    materialize,
)

from advertisex_assets.demo.scene import DAGSTER_CONFIG
from resources.pruning import prune

DATES = ("2026-03-01", "2026-03-02", "2026-03-03")
KEY = AssetKey("impressions")
CHECK = AssetCheckKey(KEY, "volume")
LATER = datetime.now(UTC) + timedelta(days=1)
"""From there, everything of this test is old."""


@asset(partitions_def=StaticPartitionsDefinition(list(DATES)), check_specs=[AssetCheckSpec("volume", asset=KEY)])
def impressions():
    yield MaterializeResult(check_results=[AssetCheckResult(passed=True, check_name="volume")])


@asset
def campaigns():
    raise RuntimeError("away")


@pytest.fixture
def sqlite(tmp_path):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


@pytest.fixture
def on_kept_sqlite(tmp_path, monkeypatch):
    """The demo's."""
    config = {"telemetry": {"enabled": False}, "storage": yaml.safe_load(DAGSTER_CONFIG)["storage"]}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with DagsterInstance.get() as instance:
        yield instance


@pytest.fixture
def on_postgres(postgres, tmp_path):
    """A database of this test's own: other tests leave runs in theirs."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS pruning WITH (FORCE)")
        connection.execute("CREATE DATABASE pruning")
    url = postgres.url.removesuffix("postgres") + "pruning"
    config = {"telemetry": {"enabled": False}, "storage": {"postgres": {"postgres_url": url}}}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(config))
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


def lived(instance):
    """Every date twice, the first a third time, and a run that failed."""
    for day in (*DATES, *DATES, DATES[0]):
        assert materialize([impressions], instance=instance, partition_key=day).success
    assert not materialize([campaigns], instance=instance, raise_on_error=False).success


def judge(instance):
    lived(instance)
    before = state(instance)
    assert prune(instance, datetime.now(UTC) - timedelta(hours=1)).runs == 0, "nothing is that old"
    done = prune(instance, LATER)
    assert (done.runs, done.kept_runs) == (5, 3), "of eight, the last run of each date stays"
    assert done.check_executions == 6, "of seven, the latest stays: Dagster does not tell dates apart here"
    assert state(instance) == before
    assert len(instance.get_runs()) == 3
    assert prune(instance, LATER).runs == 0
    assert materialize([impressions], instance=instance, partition_key=DATES[1]).success, "life goes on"


def state(instance):
    """What the UI shows as the present."""
    storage = instance.event_log_storage
    check = storage.get_latest_asset_check_execution_by_key([CHECK])[CHECK]
    return (
        instance.get_materialized_partitions(KEY),
        instance.get_latest_materialization_event(KEY).run_id,
        check.id,
        check.run_id,
        storage.get_asset_check_summary_records([CHECK])[CHECK].last_check_execution_record.id,
    )


def test_on_sqlite_runs_leave_no_file_behind(sqlite, tmp_path):
    judge(sqlite)
    kept = {run.run_id for run in sqlite.get_runs()}
    files = {path.stem for path in Path(tmp_path, "history", "runs").glob("*.db")} - {"index"}
    assert files == kept


def test_on_sqlite_that_is_kept_open(on_kept_sqlite):
    judge(on_kept_sqlite)


@pytest.mark.real
def test_on_a_real_postgresql(on_postgres):
    judge(on_postgres)
