"""The lake says in which format it is: a newer program migrates it or refuses, an older one leaves it alone."""

from pathlib import Path

import pytest

from resources.lake import Lake
from resources.lake.format import FORMAT, LakeFormatError, ensure_format
from schemas.tables.lake_format import LAKE_FORMAT
from schemas.tables.ops import LEDGER


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake that was written before formats were recorded."""
    lake = Lake(str(tmp_path))
    lake.open(LEDGER)
    return lake


def test_an_older_lake_says_from_now_on_what_it_is(lake: Lake) -> None:
    ensure_format(lake)
    assert lake.open(LAKE_FORMAT).scan().collect()["format"].max() == FORMAT
    version = lake.open(LAKE_FORMAT).version
    ensure_format(lake)
    assert lake.open(LAKE_FORMAT).version == version


def test_looking_at_no_lake_makes_none(tmp_path: Path) -> None:
    ensure_format(Lake(str(tmp_path / "lake")))
    assert not (tmp_path / "lake").exists()


def test_an_older_program_leaves_a_newer_lake_alone(lake: Lake) -> None:
    ensure_format(lake, FORMAT + 1, {number: lambda _: None for number in range(1, FORMAT + 1)})
    with pytest.raises(LakeFormatError, match=r"format 3; this program knows formats up to 2 .* newer version"):
        ensure_format(lake)


def test_a_newer_program_migrates_step_by_step_and_goes_on_after_a_crash(lake: Lake) -> None:
    done = []

    def fails(_: Lake) -> None:
        raise OSError("power")

    with pytest.raises(OSError, match="power"):
        ensure_format(lake, 3, {1: lambda _: done.append(1), 2: fails})
    ensure_format(lake, 3, {1: lambda _: done.append(1), 2: lambda _: done.append(2)})
    assert done == [1, 2]
    assert sorted(lake.open(LAKE_FORMAT).scan().collect()["format"]) == [1, 2, 3]


def test_a_newer_program_that_knows_no_way_refuses_before_anything(lake: Lake) -> None:
    with pytest.raises(LakeFormatError, match="no way from 2 to 3"):
        ensure_format(lake, 3, {1: lambda _: pytest.fail("half of a migration")})


def test_every_command_looks(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    from resources.settings import settings
    from resources.world import open_lake

    ensure_format(lake, FORMAT + 1, {number: lambda _: None for number in range(1, FORMAT + 1)})
    monkeypatch.setenv("ADVERTISEX_LAKE", lake.root)
    settings.cache_clear()
    try:
        with pytest.raises(LakeFormatError):
            open_lake()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
