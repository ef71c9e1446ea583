"""Commits that nobody needs leave the log, and nothing that is read changes by it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake.transaction import RemoveAction

from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.upkeep.work import COMMITS_BETWEEN_CHECKPOINTS
from resources.lake import CommitConflictError, Lake, Marks
from resources.lake.live import live_files
from resources.lake.maintain import checkpoint, clean_log, declare_retention
from schemas.tables.ops import LEDGER
from schemas.tables.silver import silver_tables
from schemas.tables.table import Table
from tests.upkeep.busy import (
    BRONZE,
    FEED,
    INPUTS,
    TABLES,
    batch,
    fill,
    land,
    readable,
    run_at,
    upkeep,
)

BATCHES = 6


def commits(lake: Lake, table: Table) -> int:
    """How many commits the log of a table still names."""
    return len(list(Path(lake.uri(table), "_delta_log").glob("*[0-9].json")))


def forget_commits(lake: Lake, table: Table) -> None:
    """Removes all commits that a checkpoint sums up."""
    opened = lake.open(table)
    assert declare_retention(opened, timedelta(0), timedelta(0))
    clean_log(opened)


def test_writers_leave_expired_commits_to_upkeep(lake: Lake) -> None:
    """Looking for them lists the whole log, which a micro-batch must not pay for."""
    forget_commits(lake, LEDGER)
    before = commits(lake, LEDGER)
    checkpoint(lake.open(LEDGER))
    lake.open(LEDGER).append(pl.DataFrame(schema=LEDGER.schema), Marks())
    assert commits(lake, LEDGER) == before + 1
    forget_commits(lake, LEDGER)
    assert commits(lake, LEDGER) < before


def test_a_log_reaches_back_to_what_silver_has_yet_to_pass(lake: Lake) -> None:
    """However old it is, and though it brought no rows: silver reads version by version. A vacuum commits meanwhile."""
    upkeep(lake, keep=timedelta(0))
    fill(lake, range(BATCHES, BATCHES + 2))
    for _ in range(COMMITS_BETWEEN_CHECKPOINTS):
        lake.open(BRONZE).append(pl.DataFrame(schema=BRONZE.schema), Marks())
    kept = commits(lake, BRONZE)
    checkpoint(lake.open(BRONZE))
    upkeep(lake, run_at(datetime.now(UTC)), keep=timedelta(0))
    assert commits(lake, BRONZE) >= kept
    land(lake, FEED, batch(BATCHES + 2), first_offset=(BATCHES + 2) * 5)
    assert set(catch_up(lake, FEED, INPUTS, run_at()).ledger["mode"]) == {"incremental"}


def test_a_short_log_changes_nothing(lake: Lake) -> None:
    catch_up(lake, FEED, INPUTS, run_at())
    before, marks = dict(readable(lake, TABLES)), lake.open(BRONZE).marks()
    for table in TABLES:
        checkpoint(lake.open(table))
        forget_commits(lake, table)
        assert commits(lake, table) <= 2
    catch_up(lake, FEED, INPUTS, run_at())
    after = dict(readable(lake, TABLES))
    assert all(before[name].equals(after[name]) for name in before)
    assert lake.open(BRONZE).marks() == marks


def test_commits_go_sooner_than_files(lake: Lake) -> None:
    """Whoever has a version open needs its files; older versions and changes are for a day."""
    catch_up(lake, FEED, INPUTS, run_at())
    (silver,) = silver_tables(FEED)
    reader = lake.open(silver)
    upkeep(lake, keep=timedelta(days=7), time_travel=timedelta(0))
    assert commits(lake, silver) <= 2
    assert len(live_files(reader)) > len(live_files(lake.open(silver)))
    assert not reader.scan().collect().is_empty()


def test_files_stay_for_a_reader_who_takes_more_than_a_week(lake: Lake) -> None:
    """By itself Delta forgets after seven days when a file was removed; a vacuum then goes by when it was written."""
    catch_up(lake, FEED, INPUTS, run_at())
    opened = lake.open(BRONZE)
    old, day = live_files(opened)[0], timedelta(days=1)
    path, now = Path(lake.uri(BRONZE), old.path), datetime.now(UTC)
    written, removed = (now - days * day for days in (40, 8))
    os.utime(path, (written.timestamp(),) * 2)
    gone = RemoveAction(old.path, False, int(removed.timestamp() * 1000), old.size_bytes, dict(old.partition))
    opened.commit_files([gone], Marks())
    for _ in range(2):
        upkeep(lake, run_at(now), keep=30 * day)
        checkpoint(lake.open(BRONZE))
    assert path.exists()
    upkeep(lake, run_at(now), keep=7 * day)
    assert not path.exists()


def test_landing_goes_on_when_upkeep_declares_what_stays(lake: Lake) -> None:
    """Beside it; but not beside a landing of the same offsets."""
    first, second = lake.open(BRONZE), lake.open(BRONZE)
    assert declare_retention(lake.open(BRONZE), timedelta(days=2), timedelta(days=1))
    nothing, offsets = pl.DataFrame(schema=BRONZE.schema), Marks({"kafka/topic/0": 1_000})
    first.append(nothing, offsets)
    for _ in range(2):
        with pytest.raises(CommitConflictError):
            second.append(nothing, offsets)
