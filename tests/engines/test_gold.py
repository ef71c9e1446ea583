"""All of gold is the same on every engine: table by table, column by column, to the type and the last bit."""

import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from advertisex_assets.gold import late
from advertisex_assets.gold.data_driven import train_month
from advertisex_assets.gold.finality import close_days
from advertisex_assets.gold.marts import MARTS, mart_named
from advertisex_assets.gold.refresh import GoldReceipt, refresh_gold
from advertisex_assets.reference.read import read_reference
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.invalid_traffic import refresh_invalid_traffic
from advertisex_assets.silver.invalid_traffic_asset import limits
from resources.engine import POLARS, Engine
from resources.lake import Lake
from resources.run import Run
from resources.sample_traffic import TrafficConfig, write_files
from schemas.discover import all_feeds
from schemas.tables.gold import ADJUSTMENTS_LEFT_OUT, CONVERSIONS, GOLD_TABLES
from schemas.tables.table import Table
from tests.journeys.world import KEY, World, new_seed

# Planning two dozen marts in a young JVM takes minutes on a busy machine.
pytestmark = pytest.mark.timeout(1_200)

MONTH = date(2026, 3, 1)
NOW = datetime(2026, 3, 20, tzinfo=UTC)
BELOW_GOLD = ("bronze", "silver", "ops", "reference")
SLICED = ("gold.campaign_hourly", "gold.touches", "gold.attribution")
"""One of each way in which a part of a date is redone."""
MAY_BE_EMPTY = (ADJUSTMENTS_LEFT_OUT,)
"""The sample traffic has no adjustments."""


@pytest.fixture(scope="module")
def silver(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Lakes without gold: of every second file of some traffic, and the same one after the other files came."""
    world = World(tmp_path_factory.mktemp("engines"))
    write_files(world.folder / "t", TrafficConfig(seed=new_seed(), events=4_000, days=3, start=MONTH))
    world.load_reference(world.folder / "t" / "reference")
    _bring(world, 0)
    early = shutil.copytree(world.folder / "lake", world.folder / "early")
    _bring(world, 1)
    return early, world.folder / "lake"


def _bring(world: World, half: int) -> None:
    inputs = Inputs(read_reference(world.lake), KEY)
    for feed in all_feeds():
        for path in sorted((world.folder / "t" / feed.name).glob("*"))[half::2]:
            world.land(feed.name, path)
        catch_up(world.lake, feed, inputs, world.run)
    refresh_invalid_traffic(world.lake, world.run, limits())


@pytest.fixture(scope="module")
def refreshed(silver: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The early lake with its gold, of which days were pinned, once the other files have reached silver."""
    early, full = silver
    folder = shutil.copytree(early, tmp_path_factory.mktemp("refreshed") / "lake")
    refresh_gold(Lake(str(folder)), run_on(POLARS))
    close_days(Lake(str(folder)), run_on(POLARS), after_days=3)
    for layer in BELOW_GOLD:
        shutil.copytree(full / layer, folder / layer, dirs_exist_ok=True)
    return folder


def run_on(engine: Engine) -> Run:
    """A run by a clock that stands still."""
    return Run("test", lambda: NOW, engine=engine)


@pytest.fixture(scope="module")
def expected(refreshed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, list[GoldReceipt]]:
    """What Polars makes of it, and how: a part of what is there is redone."""
    lake = copied(refreshed, tmp_path_factory.mktemp("polars"))
    receipts = refresh_gold(lake, run_on(POLARS))
    train_month(lake, MONTH, run_on(POLARS))
    assert any(one.slices for one in receipts if one.table in SLICED)
    return lake, receipts


def copied(folder: Path, to: Path) -> Lake:
    """The same lake elsewhere."""
    return Lake(str(shutil.copytree(folder, to / "lake")))


def assert_same(lake: Lake, expected: Lake, tables: Iterable[Table]) -> None:
    """Rows to the last bit, and all that is said of them: content hashes, fingerprints, versions read."""
    for table in tables:
        ours, theirs = lake.open(table), expected.open(table)
        rows, wanted = (one.scan().collect().sort(table.grain_columns) for one in (ours, theirs))
        assert wanted.height or table in MAY_BE_EMPTY
        for name in wanted.columns:
            assert rows[name].equals(wanted[name], check_dtypes=True), f"{table.full_name}.{name}"
        assert ours.marks() == theirs.marks(), table.full_name


@pytest.mark.parametrize(
    "engine", ["duckdb", pytest.param("spark", marks=[pytest.mark.real, pytest.mark.soak])], indirect=True
)
def test_whole_dates(
    engine: Engine,
    refreshed: Path,
    expected: tuple[Lake, list[GoldReceipt]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every mart and the trained month, none of it left to Polars in this process."""
    monkeypatch.setattr(late, "MOST_LATE_ROWS", 0)
    lake = copied(refreshed, tmp_path)
    receipts = refresh_gold(lake, run_on(engine))
    train_month(lake, MONTH, run_on(engine))
    assert {receipt.slices for receipt in receipts} == {None}
    assert_same(lake, expected[0], GOLD_TABLES)


def test_touched_slices(
    engine: Engine, refreshed: Path, expected: tuple[Lake, list[GoldReceipt]], tmp_path: Path
) -> None:
    """Late rows redo the same slices, whoever computes them."""
    lake, marts = copied(refreshed, tmp_path), [mart for mart in MARTS if mart.table.full_name in SLICED]
    refresh_gold(lake, run_on(POLARS), marts=[mart_named(CONVERSIONS.name)])
    receipts = refresh_gold(lake, run_on(engine), marts=marts)
    assert receipts == [receipt for receipt in expected[1] if receipt.table in SLICED]
    assert_same(lake, expected[0], [mart.table for mart in marts])
