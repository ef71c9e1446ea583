"""A record lost or doubled anywhere is noticed, and the table, the dates and the records are named."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.silver.refresh import refresh_dates
from advertisex_assets.transforms.watch.losses import LossKind
from advertisex_assets.watch.feed_problem import Links
from advertisex_assets.watch.losses import find_losses
from advertisex_assets.watch.problems import sums_problems
from advertisex_assets.watch.status import status
from resources.files import list_files
from resources.lake import Lake, Marks
from resources.run import Run, new_run
from schemas.errors import HeldBatchError
from schemas.feeds.impressions import FEED
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from tests.watch.lakes import FIRST_DAY, INPUTS, days_of_impressions, land, refresh

DAYS = 5
DATES = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
NOW = datetime(2026, 3, 9, tzinfo=UTC)
[IMPRESSIONS] = silver_tables(FEED)


@pytest.fixture
def lake(tmp_path) -> Lake:
    lake = Lake(str(tmp_path / "lake"))
    valid = days_of_impressions(DAYS)
    land(lake, FEED, [*valid, valid[3], valid[50], b"{broken", b""])
    refresh(lake, FEED, DATES)
    return lake


def delete(lake, table, predicate):
    DeltaTable(lake.uri(table)).delete(predicate)


def test_a_sound_lake_has_no_losses(lake):
    assert find_losses(lake, FEED) == []


def test_rows_that_silver_has_yet_to_read_are_not_lost(lake):
    land(lake, FEED, days_of_impressions(1, each=30)[20:], first_offset=500)
    assert status(lake, [FEED])[0]["balanced"] is False
    assert find_losses(lake, FEED) == []


def test_lost_silver_rows_are_named_by_date_range_and_offset(lake):
    delete(lake, IMPRESSIONS, f"event_date IN ('{DATES[1]}', '{DATES[2]}', '{DATES[4]}')")
    found = find_losses(lake, FEED)
    assert [(loss.table, loss.kind, loss.first, loss.last, loss.rows) for loss in found] == [
        ("silver.impressions", LossKind.MISSING, DATES[1], DATES[2], 40),
        ("silver.impressions", LossKind.MISSING, DATES[4], DATES[4], 20),
    ]
    assert found[0].first_record.endswith("partition 0 offset 20")
    assert found[0].last_record.endswith("partition 0 offset 59")
    assert "40 records of impressions from 2026-03-03 to 2026-03-04" in found[0].sentence


@pytest.mark.parametrize("table", [QUARANTINE, DUPLICATES], ids=lambda table: table.name)
def test_a_lost_refusal_or_duplicate_is_named_with_its_table(lake, table):
    delete(lake, table, f"event_date = '{DATES[0]}'")
    [loss] = find_losses(lake, FEED)
    assert (loss.table, loss.kind, loss.rows, loss.first) == (table.full_name, LossKind.MISSING, 1, DATES[0])


def test_a_doubled_commit_is_named(lake):
    table = lake.open(IMPRESSIONS)
    again = table.scan().filter(pl.col("event_date") == DATES[3]).collect()
    table.append(again, Marks())
    assert status(lake, [FEED])[0]["balanced"] is False
    [loss] = find_losses(lake, FEED)
    assert (loss.table, loss.kind, loss.first, loss.last, loss.rows) == (
        "silver.impressions", LossKind.DOUBLED, DATES[3], DATES[3], 20,
    )  # fmt: skip


def test_a_doubled_landing_is_held_before_silver_and_named(lake):
    before = status(lake, [FEED])[0]
    land(lake, FEED, days_of_impressions(DAYS)[:7])
    with pytest.raises(HeldBatchError, match="doubled"):
        refresh(lake, FEED, DATES)
    after = status(lake, [FEED])[0]
    assert after["accepted"] == before["accepted"]
    assert after["balanced"] is False
    [loss] = find_losses(lake, FEED)
    assert (loss.table, loss.kind, loss.first, loss.rows) == (
        "bronze.impressions",
        LossKind.DOUBLED,
        DATES[0],
        7,
    )


def test_rows_that_bronze_lost_are_named(lake):
    table = bronze_table(FEED)
    DeltaTable(lake.uri(table)).alter.set_table_properties({"delta.appendOnly": "false"})
    delete(lake, table, f"event_date = '{DATES[2]}'")
    [loss] = find_losses(lake, FEED)
    assert (loss.table, loss.kind, loss.first, loss.last) == (
        "bronze.impressions", LossKind.UNKNOWN, DATES[2], DATES[2],
    )  # fmt: skip
    assert loss.rows == 20 + 1, "its impressions and the duplicate of one of them"


def test_a_lost_file_is_named_by_its_path(tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    for name, records in (("kept.json", days_of_impressions(1)), ("gone.json", days_of_impressions(2)[20:])):
        (tmp_path / name).write_text("\n".join(json.dumps(record) for record in records))
    landing = FileLander(lake, FEED, new_run("test"))
    for name in ("kept.json", "gone.json"):
        [file] = list_files(str(tmp_path / name))
        landing.land(file)
    refresh(lake, FEED, DATES)
    assert sums_problems(lake, [FEED], NOW, Links()) == []
    table = bronze_table(FEED)
    DeltaTable(lake.uri(table)).alter.set_table_properties({"delta.appendOnly": "false"})
    delete(lake, table, "source_name LIKE '%gone.json'")
    problems = sums_problems(lake, [FEED], NOW, Links())
    assert any("gone.json brought 20 records, bronze holds 0" in one.summary for one in problems)
    assert not any("kept.json" in one.summary for one in problems)


def test_a_deleted_silver_file_is_named_with_its_dates_and_records(lake):
    for path in (Path(lake.uri(IMPRESSIONS)) / f"event_date={DATES[2]}").glob("*.parquet"):
        path.unlink()
    [problem] = sums_problems(lake, [FEED], NOW, Links())
    assert problem.kind.code == "records_lost" and problem.impact.rows == 20
    assert f"20 records of silver.impressions of {DATES[2]} are gone with 1 deleted file" in problem.summary
    # As its runbook says.
    refresh_dates(lake, FEED, [DATES[2]], INPUTS, Run("by-hand", lambda: NOW), rebuild=True)
    assert sums_problems(lake, [FEED], NOW, Links()) == []


def test_a_skipped_offset_is_named_with_its_partition(lake):
    land(lake, FEED, days_of_impressions(1, each=30)[20:], first_offset=500)
    refresh(lake, FEED, DATES)
    [said] = [one.summary for one in sums_problems(lake, [FEED], NOW, Links()) if "offsets" in one.summary]
    assert said.startswith("ad-impressions partition 0: 510 offsets were passed, but 114 messages and 0 gaps")
    assert said.endswith("No message stands at 104 to 499.")
