"""Upkeep in Dagster: an asset for each layer, every quarter of an hour, that shows what it cost and gained."""

from pathlib import Path

import polars as pl
import pytest
from dagster import DagsterInstance, DefaultScheduleStatus, materialize

from advertisex_assets.definitions import defs
from advertisex_assets.upkeep.assets import upkeep_assets
from advertisex_assets.upkeep.layers import LAYERS
from resources.dagster_world import World
from resources.lake import Lake, Marks
from resources.lake.format import FORMAT
from resources.settings import settings
from schemas.tables.ops import LEDGER

COMMITS = 5
"""Files that the ledger has before its upkeep."""


def test_the_schedule_runs_every_layer_by_itself() -> None:
    schedule = defs.get_schedule_def("upkeep")
    assert schedule.default_status is DefaultScheduleStatus.RUNNING
    assert {key.path[-1] for one in upkeep_assets() for key in one.keys} == set(LAYERS)


def test_cost_and_gain_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = Lake(str(tmp_path)).open(LEDGER)
    row = pl.DataFrame({name: [None] for name in LEDGER.schema}, schema=LEDGER.schema)
    for _ in range(COMMITS):
        table.append(row, Marks())
    monkeypatch.setenv("ADVERTISEX_LAKE", str(tmp_path))
    settings.cache_clear()
    try:
        with DagsterInstance.ephemeral() as instance:
            ops = next(one for one in upkeep_assets() if one.key.path[-1] == "ops")
            done = materialize([ops], instance=instance, resources={"world": World()})
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    shown = done.asset_materializations_for_node("upkeep__ops")[0].metadata
    assert shown["files before"].value == COMMITS + FORMAT  # ops.lake_format has one for each
    assert {"files after", "bytes before", "bytes after", "seconds", "bytes removed"} <= shown.keys()
    assert "ops.ledger" in shown["tables"].value
