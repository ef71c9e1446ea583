"""Key filters may pass files over that surely hold no key asked for, and nothing else; damage costs only time."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from resources.lake import Lake, LakeTable
from resources.lake.key_filters import FOLDER, may_hold
from resources.lake.live import live_files
from resources.lake.maintain import optimise, vacuum
from tests.upkeep.test_taken_files import LARGE_BYTES, TABLE, lake

assert lake

KEY = pl.col("number").hash()


def holding(table: LakeTable, *numbers: int) -> list[list[int]]:
    """What is in each file that may hold one of the numbers."""
    hashes = pl.select(pl.Series("number", numbers).hash()).to_series().sort()
    files = [file for file in live_files(table) if may_hold(table, file, KEY, hashes)]
    return [pl.read_parquet(Path(table.uri.removeprefix("file://")) / file.path)["number"].to_list() for file in files]


def filters(lake: Lake) -> list[Path]:
    """Those there are."""
    return list((Path(lake.root) / "silver" / "numbers" / FOLDER).rglob("*.arrow"))


def test_files_without_the_keys_are_passed_over(lake: Lake) -> None:
    """Also by filters of before."""
    for _ in range(2):
        assert sorted(holding(lake.open(TABLE), 2, 10, 99)) == [[2], [10]]
        assert holding(lake.open(TABLE), 3) == []
    assert len(filters(lake)) == 3


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-8]),
        lambda path: pl.DataFrame({"mark": [1, 2]}, schema={"mark": pl.UInt64}).write_ipc(path),
        lambda path: path.unlink(),
    ],
    ids=["empty", "cut off", "another file's", "lost"],
)
def test_a_damaged_or_lost_filter_hides_no_row(lake: Lake, harm: Callable[[Path], object]) -> None:
    """Then the file is read, or its filter made again."""
    holding(lake.open(TABLE), 1)
    for path in filters(lake):
        harm(path)

    assert {1, 2} <= {number for numbers in holding(lake.open(TABLE), 1, 2) for number in numbers}


def test_filters_go_with_their_files(lake: Lake) -> None:
    """Once no version needs the files; those of other versions of what hashes go too."""
    holding(lake.open(TABLE), 1)
    old = filters(lake)[0]
    other = old.parents[2] / "0.0.0" / old.relative_to(old.parents[1])
    other.parent.mkdir(parents=True)
    other.write_bytes(b"")
    table = lake.open(TABLE)
    optimise(table, live_files(table)[0], LARGE_BYTES)

    vacuum(lake.open(TABLE), timedelta(0))

    live = {f"{file.path}.arrow" for file in live_files(lake.open(TABLE))}
    assert {str(path.relative_to(path.parents[1])) for path in filters(lake)} <= live
