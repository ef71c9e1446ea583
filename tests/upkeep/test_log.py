"""Commits that nobody needs leave the log, and nothing that is read changes by it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.upkeep.work import COMMITS_BETWEEN_CHECKPOINTS
from resources.lake import Lake, Marks
from resources.lake.maintain import checkpoint, clean_log
from schemas.tables.ops import LEDGER
from schemas.tables.table import Table
from tests.upkeep.busy import (
    BRONZE,
    FEED,
    INPUTS,
    TABLES,
    batch,
    filled,
    land,
    readable,
    run_at,
    upkeep,
)

BATCHES = 6


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake of a few landings."""
    return filled(tmp_path, BATCHES)


def commits(lake: Lake, table: Table) -> int:
    """How many commits the log of a table still names."""
    return len(list(Path(lake.uri(table), "_delta_log").glob("*[0-9].json")))


def test_writers_leave_expired_commits_to_upkeep(lake: Lake) -> None:
    """Looking for them lists the whole log, which a micro-batch must not pay for."""
    clean_log(lake.open(LEDGER), timedelta(0))
    before = commits(lake, LEDGER)
    checkpoint(lake.open(LEDGER))
    lake.open(LEDGER).append(pl.DataFrame(schema=LEDGER.schema), Marks())
    assert commits(lake, LEDGER) == before + 1
    clean_log(lake.open(LEDGER), timedelta(0))
    assert commits(lake, LEDGER) < before


def test_a_log_reaches_back_to_what_silver_has_yet_to_pass(lake: Lake) -> None:
    """However old it is, and though it brought no rows: silver reads version by version."""
    upkeep(lake)
    for _ in range(COMMITS_BETWEEN_CHECKPOINTS):
        lake.open(BRONZE).append(pl.DataFrame(schema=BRONZE.schema), Marks())
    kept = commits(lake, BRONZE)
    upkeep(lake, run_at(datetime.now(UTC)), keep=timedelta(0))
    assert commits(lake, BRONZE) >= kept
    land(lake, FEED, batch(BATCHES), first_offset=BATCHES * 5)
    assert set(catch_up(lake, FEED, INPUTS, run_at()).ledger["mode"]) == {"incremental"}


def test_a_short_log_changes_nothing(lake: Lake) -> None:
    catch_up(lake, FEED, INPUTS, run_at())
    before, marks = dict(readable(lake, TABLES)), lake.open(BRONZE).marks()
    for table in TABLES:
        checkpoint(lake.open(table))
        clean_log(lake.open(table), timedelta(0))
        assert commits(lake, table) <= 2
    catch_up(lake, FEED, INPUTS, run_at())
    after = dict(readable(lake, TABLES))
    assert all(before[name].equals(after[name]) for name in before)
    assert lake.open(BRONZE).marks() == marks
