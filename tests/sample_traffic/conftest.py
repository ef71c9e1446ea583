"""One run of the default size, on a seed that is drawn anew each time and printed when a test fails."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from resources.sample_traffic import TrafficConfig, write_files


@dataclass(frozen=True)
class WrittenRun:
    """A run on disk."""

    directory: Path
    config: TrafficConfig
    summary: dict[str, Any]

    @property
    def records(self) -> pl.DataFrame:
        """The truth of all delivered records."""
        return pl.read_parquet(self.directory / "truth" / "records.parquet")


@pytest.fixture(scope="session")
def drawn_seed() -> int:
    """The seed of this session's traffic."""
    return secrets.randbelow(2**31)


@pytest.fixture(autouse=True)
def printed_seed(drawn_seed: int) -> None:
    """Pytest shows what was printed when a test fails."""
    print(f"traffic seed: {drawn_seed}")


@pytest.fixture(scope="session")
def run(drawn_seed: int, tmp_path_factory: pytest.TempPathFactory) -> WrittenRun:
    """A run of the default size."""
    config = TrafficConfig(seed=drawn_seed)
    directory = tmp_path_factory.mktemp("traffic")
    return WrittenRun(directory, config, write_files(directory, config))
