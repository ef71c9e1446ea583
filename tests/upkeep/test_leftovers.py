"""What a process that died left in the scratch of a lake goes with upkeep, once nobody can be working on it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from advertisex_assets.upkeep.layers import upkeep_layer
from advertisex_assets.upkeep.work import Rules
from resources.lake import Lake
from resources.run import Run
from resources.scratch import Scratch


def test_files_of_dead_passes_go_and_those_in_use_stay(tmp_path: Path) -> None:
    """By age: longer than the slowest reader no pass takes."""
    lake, rules = Lake(str(tmp_path)), Rules(keep=timedelta(hours=1))
    path = Scratch.in_lake(lake.root, lake.storage_options).write(pl.DataFrame({"number": [1]}))
    for minutes, is_there in ((59, True), (61, False)):
        then = datetime.now(UTC) + timedelta(minutes=minutes)
        list(upkeep_layer(lake, "silver", rules, Run("upkeep", lambda then=then: then)))
        assert Path(path).exists() is is_there
