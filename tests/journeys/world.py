"""One lake in a folder, and everything that journeys do to it; clocks tick a second a reading, so order is certain."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from advertisex_assets.bronze.files import FileLander, FileReceipt
from advertisex_assets.gold.marts import MARTS, Mart
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.reference.load import load_reference
from advertisex_assets.reference.read import read_reference
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from resources.engine import POLARS, Engine
from resources.files import list_files
from resources.lake import Lake
from resources.reference.folder import ReferenceFolder
from resources.run import Run
from schemas.discover import all_feeds, feed_named
from schemas.tables.table import Table

KEY = b"test key"
VOLATILE = {"received_at", "landed_at", "landing_date", "run_id", "winner_received_at", "arrived_at", "written_at"}
"""Clocks and run ids: what may differ between two lakes that say the same."""


def ticking(start: datetime = datetime(2026, 11, 1, 12, tzinfo=UTC)) -> Callable[[], datetime]:
    """A clock that moves on by a second at each reading."""
    seconds = iter(range(10**9))
    return lambda: start + timedelta(seconds=next(seconds))


def new_seed() -> int:
    """A seed drawn anew in every run; pytest shows it when the test fails."""
    seed = random.SystemRandom().randrange(2**31)
    print(f"seed {seed}")
    return seed


@dataclass
class World:
    """A lake and the acts of its users."""

    folder: Path
    step: Callable[[str], None] = lambda name: None
    clock: Callable[[], datetime] = field(default_factory=ticking)
    lake_uri: str | None = None
    engine: Engine = POLARS

    @property
    def lake(self) -> Lake:
        """The lake: in the folder, unless it is said to be elsewhere."""
        return Lake(self.lake_uri or str(self.folder / "lake"))

    @property
    def run(self) -> Run:
        """A run by this world's clock and engine."""
        return Run("test", self.clock, self.step, self.engine)

    def land(self, feed: str, path: Path, as_new: bool = False) -> list[FileReceipt]:
        """Lands a file, or a folder's files in order."""
        lander = FileLander(self.lake, feed_named(feed), self.run)
        return [lander.land(file, as_new) for file in list_files(str(path))]

    def load_reference(self, folder: Path) -> None:
        """Loads reference files."""
        load_reference(self.lake, ReferenceFolder(folder), KEY, "test")

    def refresh_silver(self) -> None:
        """Silver up to date."""
        inputs = Inputs(read_reference(self.lake), KEY)
        for feed in all_feeds():
            catch_up(self.lake, feed, inputs, self.run)

    def refresh(self, *marts: str) -> None:
        """Silver and gold up to date, or of gold only those marts with what they are made of."""
        self.refresh_silver()
        refresh_gold(self.lake, self.run, marts=leading_to(*marts) if marts else MARTS)

    def rows(self, table: Table) -> pl.DataFrame:
        """All rows of a table."""
        return self.lake.open(table).scan().collect()


def leading_to(*names: str) -> list[Mart]:
    """The marts of those names and those that they read, in order."""
    wanted = set(names)
    for mart in reversed(MARTS):
        if mart.name in wanted:
            wanted |= {one.table.removeprefix("gold.") for one in mart.inputs.values()}
    return [mart for mart in MARTS if mart.name in wanted]


def contents(lake: Lake) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every table of a lake without clocks and run ids, in an order that depends on the rows alone."""
    for name in lake.tables():
        rows = pl.DataFrame(lake.arrow_dataset(name).to_table())
        kept = rows.select(sorted(set(rows.columns) - VOLATILE))
        nested = [pl.col(n).cast(pl.List(pl.String)).list.join("|") for n, t in kept.schema.items() if t == pl.List]
        flat = kept.with_columns(nested)
        yield name, flat.sort(flat.columns)
