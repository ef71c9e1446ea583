"""The same work as Dagster does it: real sensors say what is to be done, and the real assets do it, in one process."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from dagster import (
    AssetsDefinition,
    DagsterInstance,
    DagsterRunStatus,
    RunRequest,
    RunsFilter,
    SensorDefinition,
    SensorResult,
    build_sensor_context,
    materialize,
)

from advertisex_assets.bronze.assets import bronze_asset
from advertisex_assets.gold.assets import gold_asset
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.silver.assets import silver_assets
from advertisex_assets.silver.invalid_traffic_asset import invalid_traffic_asset
from advertisex_assets.waiting import waiting_work
from resources.dagster_world import World
from resources.engine import POLARS
from resources.run import Run, utc_now
from resources.settings import settings
from sensors.arrivals import arrivals_sensor
from sensors.touched_dates import touched_dates_sensor
from tests.streaming.crash.work import Setting, publish

UNFINISHED = [DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.NOT_STARTED]
NO_LOGS = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def dagster_work(setting: Setting, step: Callable[[str], None]) -> None:
    """One tick of every sensor and the runs that they ask for; the steps in the assets are ours."""
    os.environ |= {
        "ADVERTISEX_LAKE": f"{setting.folder}/lake",
        "ADVERTISEX_LANDING": str(setting.landing),
        "ADVERTISEX_SETTLE_SECONDS": "0",
        "ADVERTISEX_KAFKA_BOOTSTRAP_SERVERS": setting.bootstrap_servers,
    }
    settings.cache_clear()
    Run.__init__.__defaults__ = (utc_now, step, POLARS)  # type: ignore[attr-defined]
    setting.dagster.mkdir(exist_ok=True)
    with DagsterInstance.local_temp(str(setting.dagster), overrides=NO_LOGS) as instance:
        _bury_the_dead(instance)
        for feed in setting.feeds:
            _tick(setting, arrivals_sensor(feed), [bronze_asset(feed)], instance)
        made = [*map(silver_assets, setting.feeds), invalid_traffic_asset(), *map(gold_asset, MARTS)]
        _tick(setting, touched_dates_sensor(waiting_work, []), made, instance)
    publish(setting.lake, Run("crash"))


def _bury_the_dead(instance: DagsterInstance) -> None:
    """What Dagster's run monitoring does: runs whose process died have failed."""
    for run in instance.get_runs(RunsFilter(statuses=UNFINISHED)):
        instance.report_run_failed(run)


def _tick(
    setting: Setting, sensor: SensorDefinition, assets: list[AssetsDefinition], instance: DagsterInstance
) -> None:
    cursors = setting.dagster / "cursors.json"
    known = json.loads(cursors.read_text()) if cursors.exists() else {}
    context = build_sensor_context(instance=instance, cursor=known.get(sensor.name))
    found = sensor(context)
    requests, cursor = (
        (found.run_requests or (), found.cursor)
        if isinstance(found, SensorResult)
        else ([one for one in found if isinstance(one, RunRequest)], context.cursor)
    )
    _replace(cursors, json.dumps(known | {sensor.name: cursor}))
    for request in requests:
        materialize(
            assets,
            selection=list(request.asset_selection or ()),
            partition_key=request.partition_key,
            tags=dict(request.tags),
            instance=instance,
            resources={"world": World()},
            run_config=QUIET,
        )


def _replace(path: Path, text: str) -> None:
    (path.parent / "cursors.new").write_text(text)
    (path.parent / "cursors.new").replace(path)
