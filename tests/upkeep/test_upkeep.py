"""Upkeep leaves few files, and the same rows, marks, sums and increments."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from advertisex_assets.bronze.kafka.balance import kafka_balance
from advertisex_assets.gold.marts import mart_named
from advertisex_assets.gold.pending import pending_dates
from advertisex_assets.gold.refresh import refresh_mart
from advertisex_assets.gold.sources import Sources
from advertisex_assets.silver.catch_up import catch_up, rebuild
from advertisex_assets.silver.invalid_traffic import refresh_invalid_traffic
from advertisex_assets.transforms.watch.conservation import unbalanced
from resources.lake import Lake
from resources.lake.live import live_files
from resources.lake.maintain import vacuum
from schemas.errors import IncompleteBronzeError
from schemas.invalid_traffic import Limits
from schemas.tables.silver import INVALID_TRAFFIC, silver_tables
from tests.upkeep.busy import (
    BRONZE,
    FEED,
    INPUTS,
    TABLES,
    batch,
    counts,
    dates,
    fill,
    land,
    readable,
    run_at,
    upkeep,
)
from tests.watch.lakes import impression

BATCHES = 16


def test_few_files_and_the_same_rows(lake: Lake) -> None:
    before, sums = dict(readable(lake, TABLES)), counts(lake)
    marks = {table.full_name: lake.open(table).marks() for table in TABLES}
    done = {one.table: one for one in upkeep(lake)}
    assert done["bronze.impressions"].files_before >= BATCHES
    for table in TABLES:
        assert len(live_files(lake.open(table))) <= len(dates()) + 1
        kept = lake.open(table).marks()
        assert {name: kept.get(name) for name in marks[table.full_name]} == marks[table.full_name]
    after = dict(readable(lake, TABLES))
    assert all(before[name].equals(after[name]) for name in before)
    assert counts(lake).equals(sums)
    assert kafka_balance(lake.open(BRONZE))["balanced"].all()


def test_a_second_round_finds_nothing_to_merge(lake: Lake) -> None:
    upkeep(lake)
    versions = {table.full_name: lake.open(table).version for table in TABLES}
    assert all(one.merged_bytes == 0 for one in upkeep(lake))
    assert {table.full_name: lake.open(table).version for table in TABLES} == versions


def test_silver_goes_on_by_increments(lake: Lake, tmp_path: Path) -> None:
    """Rows that were landed before upkeep and not yet read are read after it, once; nothing is rebuilt."""
    fill(lake, range(BATCHES, BATCHES + 5), with_silver=False)
    upkeep(lake)
    receipt = catch_up(lake, FEED, INPUTS, run_at())
    assert set(receipt.ledger["mode"]) == {"incremental"}
    undisturbed = Lake(str(tmp_path / "undisturbed"))
    fill(undisturbed, range(BATCHES + 5), with_silver=False)
    catch_up(undisturbed, FEED, INPUTS, run_at())
    expected, found = (dict(readable(one, TABLES[:-1])) for one in (undisturbed, lake))
    assert all(expected[name].equals(found[name]) for name in expected)
    assert unbalanced(counts(lake)).is_empty()


def test_open_days_are_merged_by_sizes_and_never_while_hot(lake: Lake) -> None:
    """The files of today that are still warm stay as they are."""
    from advertisex_assets.upkeep.plan import Policy, merges

    files = live_files(lake.open(BRONZE))
    now = max(file.written_at for file in files)
    today = [file for file in files if file.day == files[-1].day]
    assert merges(today, now.replace(year=2020), Policy()) == []


def test_vacuum_leaves_what_a_reader_within_the_retention_needs(lake: Lake) -> None:
    reader = lake.open(BRONZE)
    rows = reader.scan()
    upkeep(lake)
    assert rows.collect().height == BATCHES * 5
    assert reader.changes(1).height > 0


def test_vacuum_removes_what_nobody_needs_any_more(lake: Lake) -> None:
    upkeep(lake)
    opened = lake.open(BRONZE)
    live = len(live_files(opened))
    assert vacuum(opened, timedelta(0)).files >= BATCHES
    assert len(list(Path(opened.delta.table_uri.removeprefix("file://")).rglob("*.parquet"))) >= live
    assert lake.open(BRONZE).scan().collect().height == BATCHES * 5


def test_bronze_is_not_vacuumed_under_silver_that_lags(lake: Lake) -> None:
    """Whatever the retention: rows that silver has yet to read stay readable."""
    fill(lake, range(BATCHES, BATCHES + 2), with_silver=False)
    waits = {one.table: one.waits_for for one in upkeep(lake, run_at(), keep=timedelta(0))}
    assert "silver of impressions" in (waits["bronze.impressions"] or "")
    assert set(catch_up(lake, FEED, INPUTS, run_at()).ledger["mode"]) == {"incremental"}


def test_a_quiet_feed_is_vacuumed_though_upkeep_itself_commits(lake: Lake) -> None:
    """Commits that bring no rows are nothing that silver has yet to read: else erased rows would stay for ever."""
    catch_up(lake, FEED, INPUTS, run_at())
    for _ in range(2):
        done = {one.table: one for one in upkeep(lake)}
        vacuum(lake.open(BRONZE), timedelta(0))
    assert done["bronze.impressions"].waits_for is None


def test_late_rows_are_taken_in_by_gold_after_its_versions_are_gone(lake: Lake) -> None:
    """A late row is looked for in versions that vacuum has removed: the whole date is computed instead."""
    mart = mart_named("campaign_hourly")
    catch_up(lake, FEED, INPUTS, run_at())
    refresh_invalid_traffic(lake, run_at(), Limits())
    refresh_mart(lake, mart, dates(), run_at())
    land(lake, FEED, batch(BATCHES + 3), first_offset=BATCHES * 5 + 50)
    catch_up(lake, FEED, INPUTS, run_at())
    refresh_invalid_traffic(lake, run_at(), Limits())
    for table in (INVALID_TRAFFIC, *silver_tables(FEED)):
        vacuum(lake.open(table), timedelta(0))
    assert sum(receipt.rows for receipt in refresh_mart(lake, mart, dates(), run_at())) > 0


def test_a_late_row_needs_no_version_before_the_frontier(lake: Lake) -> None:
    """Its date was last touched long ago; what other dates got since is neither read again nor still there."""
    late, busy = (datetime.combine(dates()[place], datetime.min.time(), UTC) for place in (0, 2))
    for number in range(3):
        land(lake, FEED, [impression(1_000 + number, busy)], first_offset=1_000 + number)
        catch_up(lake, FEED, INPUTS, run_at())
    upkeep(lake)
    vacuum(lake.open(BRONZE), timedelta(0))
    land(lake, FEED, [impression(2_000, late)], first_offset=2_000)
    assert catch_up(lake, FEED, INPUTS, run_at()).ledger.select("mode", "received").rows() == [("incremental", 1)]


def test_retention_keeps_the_sums_and_refuses_to_make_anew(lake: Lake) -> None:
    before, sums = dict(readable(lake, TABLES[1:4])), counts(lake)
    done = upkeep(lake, retention_days={"bronze.impressions": 10})
    assert sum(one.rows_dropped for one in done) == BATCHES * 5
    assert lake.open(BRONZE).scan().collect().is_empty()
    assert counts(lake).equals(sums) and kafka_balance(lake.open(BRONZE))["balanced"].all()
    with pytest.raises(IncompleteBronzeError, match="retention has dropped bronze rows"):
        rebuild(lake, FEED, INPUTS, run_at(), (dates()[0], dates()[-1]))
    after = dict(readable(lake, TABLES[1:4]))
    assert all(before[name].equals(after[name]) for name in before)


def test_a_rule_change_leaves_what_cannot_be_made_anew(lake: Lake) -> None:
    upkeep(lake, retention_days={"bronze": 10})
    other = type(INPUTS)(INPUTS.reference, b"another key")
    assert catch_up(lake, FEED, other, run_at()).ledger.is_empty()


def test_retention_of_silver_keeps_the_sums(lake: Lake) -> None:
    sums = counts(lake)
    upkeep(lake, retention_days={"silver": 10, "bronze": 10})
    assert lake.open(silver_tables(FEED)[0]).scan().collect().is_empty()
    assert counts(lake).equals(sums)


def test_gold_is_not_made_of_silver_that_is_gone(lake: Lake) -> None:
    """Even where its mart has changed since."""
    mart = replace(mart_named("campaign_hourly"), version="another")
    refresh_mart(lake, mart_named("campaign_hourly"), dates(), run_at())
    assert pending_dates(mart, Sources(lake)) == dates()
    upkeep(lake, retention_days={"silver": 10, "bronze": 10})
    assert pending_dates(mart, Sources(lake)) == []
