"""A held batch is told once, stops nothing else, is not tried again by itself, and is released with a note."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from dagster import DagsterInstance, materialize
from deltalake import DeltaTable

from advertisex_assets import holds
from advertisex_assets.silver.assets import silver_assets
from advertisex_assets.waiting import waiting_work
from advertisex_assets.watch.feed_problem import Links
from advertisex_assets.watch.held import held_problems
from resources.dagster_world import World
from resources.lake import Marks
from schemas.errors import AdvertiseXError
from schemas.feeds.impressions import FEED
from schemas.run_tags import PENDING_ONLY, RANGE_END, RANGE_START
from schemas.tables.bronze import bronze_table
from schemas.tables.held import HELD
from schemas.tables.silver import silver_tables
from tests.watch.lakes import FIRST_DAY, days_of_impressions, land

DATES = [FIRST_DAY + timedelta(days=number) for number in range(5)]
CULPRIT = DATES[2]
BATCH = "silver.impressions"
NOW = datetime(2026, 3, 9, tzinfo=UTC)


@pytest.fixture
def lake(configured_lake):
    return configured_lake


@pytest.fixture
def broken(lake):
    """Five dates of impressions; those of the third were landed twice by somebody else's program."""
    records = days_of_impressions(5)
    land(lake, FEED, records)
    land(lake, FEED, records[40:60], first_offset=40)
    return lake


def run(pending_only=True):
    tags = {RANGE_START: str(DATES[0]), RANGE_END: str(DATES[-1])} | ({PENDING_ONLY: "true"} if pending_only else {})
    with DagsterInstance.ephemeral() as instance:
        return materialize(
            [silver_assets(FEED)], instance=instance, tags=tags, resources={"world": World()}, raise_on_error=False
        ).success


def accepted(lake):
    return set(lake.open(silver_tables(FEED)[0]).rows_by_date())


def asked_for():
    return {day for one in waiting_work() for day in one.dates if "impressions" in str(one.assets)}


def test_other_dates_do_not_wait_for_the_held_one(broken):
    assert not run()
    assert accepted(broken) == set(DATES) - {CULPRIT}
    assert holds.held_dates(broken, BATCH) == {CULPRIT}


def test_it_is_told_once_with_its_dates_and_not_asked_for_again(broken):
    run()
    assert CULPRIT not in asked_for()
    assert run(), "nothing is tried, so nothing fails"
    [problem] = held_problems(broken, [FEED], NOW, Links())
    assert problem.kind.code == "batch_held" and str(CULPRIT) in problem.summary and "doubled" in problem.summary
    assert problem.owner == FEED.owner


def test_a_release_has_it_tried_again_and_judged_by_the_same_gate(broken):
    run()
    released = holds.release(broken, BATCH, [], "ann", "Ticket 7: looked at by hand.")
    assert released["event_date"].to_list() == [CULPRIT]
    assert CULPRIT in asked_for() and held_problems(broken, [FEED], NOW, Links()) == []
    assert not run(), "nothing was let through"
    assert holds.held_dates(broken, BATCH) == {CULPRIT}
    history = broken.open(HELD).scan().sort("written_at").collect()
    assert history["state"].to_list() == ["held", "released", "held"]
    assert history.row(1, named=True)["by"] == "ann" and "Ticket 7" in history.row(1, named=True)["note"]


def test_new_code_tries_it_again(broken, monkeypatch):
    run()
    monkeypatch.setattr(holds, "code_version", lambda: "newer")
    assert CULPRIT in asked_for() and holds.held_now(broken).is_empty()


def test_what_has_passed_by_hand_is_not_held_any_more(broken):
    run()
    table = bronze_table(FEED)
    DeltaTable(broken.uri(table)).alter.set_table_properties({"delta.appendOnly": "false"})
    rows = broken.open(table).scan().collect()
    broken.open(table).replace(
        rows.unique("offset", keep="first").filter(pl.col("landing_date") == CULPRIT),
        f"landing_date = '{CULPRIT}'",
        Marks(),
    )
    assert run(pending_only=False)
    assert holds.held_now(broken).is_empty() and CULPRIT in accepted(broken)


def test_what_is_not_held_cannot_be_released(broken):
    run()
    with pytest.raises(AdvertiseXError, match=f"Held: {BATCH} {CULPRIT}"):
        holds.release(broken, "gold.campaign_daily", [], "ann", "x")
    with pytest.raises(AdvertiseXError, match=str(DATES[0])):
        holds.release(broken, BATCH, [DATES[0], CULPRIT], "ann", "x")
    assert holds.held_dates(broken, BATCH) == {CULPRIT}
