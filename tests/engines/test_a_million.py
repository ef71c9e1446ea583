"""A million records give the same silver and gold on every engine: every table, column by column, to the last bit."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from resources.engine import Engine
from resources.sample_traffic import TrafficConfig, write_files
from schemas.discover import feed_named
from schemas.tables.bronze import bronze_table
from tests.journeys.world import World, contents, new_seed

# Minutes on two cores, an hour with Spark; `test_gold.py` compares the same tables of thousands.
pytestmark = [pytest.mark.soak, pytest.mark.timeout(0)]

RECORDS = 1_000_000
ASKED = 1_020_000
"""Traffic is asked for by a number that chance misses by some hundreds."""
FEEDS = ("impressions", "clicks_conversions", "bid_requests")


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the lake of bronze and reference, three days of traffic."""
    world = World(tmp_path_factory.mktemp("million"))
    traffic = world.folder / "t"
    write_files(traffic, TrafficConfig(seed=new_seed(), events=ASKED, days=3, start=date(2026, 3, 1)))
    world.load_reference(traffic / "reference")
    for feed in FEEDS:
        world.land(feed, traffic / feed)
    shutil.rmtree(traffic)
    return world.folder


def refreshed(landed: Path, folder: Path, **engine: Engine) -> World:
    """A copy of the lake with its silver and gold."""
    shutil.copytree(landed / "lake", folder / "lake")
    world = World(folder, **engine)
    world.refresh()
    return world


@pytest.fixture(scope="module")
def by_polars(landed: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """What Polars makes of it."""
    world = refreshed(landed, tmp_path_factory.mktemp("polars"))
    assert sum(world.lake.open(bronze_table(feed_named(feed))).size().rows for feed in FEEDS) >= RECORDS
    return world


def test_every_table_is_the_same(engine: Engine, by_polars: World, landed: Path, tmp_path: Path) -> None:
    world = refreshed(landed, tmp_path, engine=engine)
    for (name, rows), (same_name, same) in zip(contents(world.lake), contents(by_polars.lake), strict=True):
        assert name == same_name
        assert_frame_equal(rows, same, check_exact=True)
