"""Every number can be explained: bronze, counted by a program of its own, gives what the marts show."""

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from advertisex_assets.explain.asked import EXPLAINABLE, asked
from advertisex_assets.explain.explain import recount_of, reference_rows
from advertisex_assets.explain.facts import facts_of
from advertisex_assets.explain.versions import event_feeds
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.silver.invalid_traffic import refresh_invalid_traffic
from advertisex_assets.silver.invalid_traffic_asset import limits
from resources.sample_traffic import TrafficConfig, write_files
from schemas.tables.gold import CAMPAIGN_DAILY
from schemas.tables.table import Table
from tests.journeys.world import World, new_seed

CELLS = 4
"""Rows of each mart that are counted again, drawn anew in every run."""


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some days of traffic with duplicates, conflicts, refused records, bots and late rows."""
    folder = tmp_path_factory.mktemp("explained") / "t"
    write_files(folder, TrafficConfig(seed=new_seed(), events=9_000, days=3))
    return folder


@pytest.fixture(scope="module")
def world(traffic: Path) -> World:
    """The same traffic, landed and refreshed."""
    world = World(traffic.parent)
    world.load_reference(traffic / "reference")
    for feed in ("impressions", "clicks_conversions"):
        world.land(feed, traffic / feed)
    world.refresh()
    refresh_invalid_traffic(world.lake, world.run, limits())
    refresh_gold(world.lake, world.run)
    return world


def drawn(world: World, table: Table) -> list[dict[str, Any]]:
    """Some rows of a mart."""
    rows = world.rows(table).sort(table.grain_columns).to_dicts()
    return random.Random(new_seed()).sample(rows, min(CELLS, len(rows)))


@pytest.mark.parametrize("table", EXPLAINABLE, ids=lambda table: table.name)
def test_bronze_gives_every_number_of_a_row(world: World, table: Table) -> None:
    """Counts, money and rates of rows drawn by chance: the recount's are the mart's."""
    facts = {feed.name: facts_of(feed) for feed in event_feeds()}
    for row in drawn(world, table):
        cell = {name: row[name] for name in table.grain_columns}
        one = asked(table.full_name, cell, "clicks")
        numbers = recount_of(world.lake, one, facts, reference_rows(world.lake)).numbers
        metrics = {name: row[name] for name in table.schema if name not in table.grain_columns}
        assert {name: _as_shown(numbers[name]) for name in metrics} == {
            name: _as_shown(value) for name, value in metrics.items()
        }


def _as_shown(value: Any) -> Any:
    """Rates to 12 digits: the marts divide floats, the recount fractions."""
    return f"{float(value):.12g}" if isinstance(value, Fraction | float) else value


def test_refusals_and_losers_are_those_of_the_truth(world: World, traffic: Path) -> None:
    """The recount finds what the generator planted, record by record: it is no echo of the pipeline."""
    truth = pl.read_parquet(traffic / "truth" / "records.parquet").filter(
        pl.col("feed") != "bid_requests", pl.col("outcome") != "excluded"
    )
    days = world.rows(CAMPAIGN_DAILY)["event_date"].unique().to_list()
    facts = {feed.name: facts_of(feed) for feed in event_feeds()}
    day = random.Random(new_seed()).choice(days)
    one = asked("gold.campaign_daily", {"event_date": day, "campaign_id": "(unassigned)"}, "clicks")
    found = recount_of(world.lake, one, facts, reference_rows(world.lake))
    of_day = truth.filter(event_date=day)
    assert found.duplicates == of_day.filter(outcome="duplicate").height
    assert found.conflicts == of_day.filter(outcome="conflict").height
