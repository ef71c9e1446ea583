"""The same configuration gives the same bytes, on any day and in any process."""

import hashlib
from itertools import islice
from pathlib import Path

import polars as pl
import pytest

from resources.sample_traffic import TrafficConfig, messages, summary, write_files
from resources.sample_traffic.rhythm import LARGEST_CHUNK_EVENTS
from resources.sample_traffic.simulate import simulate
from tests.sample_traffic.conftest import WrittenRun

SMALL = 2_000


def digests(directory: Path) -> dict[str, str]:
    """SHA-256 of the traffic files and reference tables by relative path."""
    paths = [path for path in directory.rglob("*") if path.is_file() and "truth" not in path.parts]
    return {str(p.relative_to(directory)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def test_the_same_seed_gives_the_same_bytes(drawn_seed: int, tmp_path: Path) -> None:
    config = TrafficConfig(seed=drawn_seed, events=SMALL, days=3)
    first, second = write_files(tmp_path / "a", config), write_files(tmp_path / "b", config)
    assert first == second
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    for name in ("records", "attribution", "campaign_daily"):
        tables = [pl.read_parquet(tmp_path / side / "truth" / f"{name}.parquet") for side in "ab"]
        assert tables[0].equals(tables[1])
    assert list(messages(config)) == list(messages(config))


def test_another_seed_gives_other_traffic(drawn_seed: int, tmp_path: Path) -> None:
    for name, seed in (("a", drawn_seed), ("b", drawn_seed + 1)):
        write_files(tmp_path / name, TrafficConfig(seed=seed, events=SMALL, days=2))
    first, second = (
        {digest for path, digest in digests(tmp_path / name).items() if "reference" not in path}
        for name in "ab"
    )
    assert not first & second


def test_the_summary_needs_no_files(run: WrittenRun) -> None:
    assert summary(run.config) == run.summary


def test_hundreds_of_millions_of_events_begin_at_once_and_come_in_bounded_chunks(drawn_seed: int) -> None:
    config = TrafficConfig(seed=drawn_seed, events=300_000_000, days=30)
    assert len(list(islice(messages(config), 10))) == 10
    for delivery in islice(simulate(config), 9):
        assert len(delivery.rows) <= LARGEST_CHUNK_EVENTS


def test_a_folder_that_holds_traffic_is_left_alone(run: WrittenRun) -> None:
    with pytest.raises(FileExistsError, match="holds traffic already"):
        write_files(run.directory, run.config)


def test_the_smallest_run_has_about_its_size(drawn_seed: int) -> None:
    traffic = list(messages(TrafficConfig(seed=drawn_seed, events=1_000, days=2)))
    assert 800 < len(traffic) < 1_200
