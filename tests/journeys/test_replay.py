"""Refused rows come back when the rules of today accept them: shown first without a trace, then done, once."""

import dataclasses
import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.cli.output import Format
from advertisex_assets.cli.replay import KEYS, gold_cells, replay_command, summary
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import silver_inputs
from advertisex_assets.silver.preview import Preview, preview
from advertisex_assets.silver.replay import replay
from resources.files import list_files
from resources.run import Run
from resources.world import open_lake
from schemas.feed import Feed
from schemas.feeds import clicks_conversions
from schemas.tables.gold import CAMPAIGN_HOURLY
from schemas.types import Category
from tests.journeys.replays import FEED, HEADER, ROWS, SPAN, inputs_of, landed
from tests.journeys.world import World


def knowing(word: str, kind: str) -> Feed:
    """The feed with one more word in its table of types."""

    def extended(name: str, becomes: str) -> Category:
        known = FEED.column(name).type
        assert isinstance(known, Category)
        return Category({**known.mapping, word: becomes})

    types = {"conversion_type": extended("conversion_type", word), "event_class": extended("event_class", kind)}
    columns = [dataclasses.replace(column, type=types.get(column.name, column.type)) for column in FEED.columns]
    return dataclasses.replace(FEED, columns=tuple(columns))


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A lake with rows of a type that nobody knew."""
    return landed(tmp_path_factory.mktemp("replay"))


@pytest.fixture
def world(refreshed: World, tmp_path: Path) -> World:
    """A copy of its own for each test, whose clock goes on."""
    shutil.copytree(refreshed.folder, tmp_path, dirs_exist_ok=True)
    return World(tmp_path, clock=refreshed.clock)


def looked_at(world: World, feed: Feed) -> Preview:
    """What a replay would change."""
    return preview(world.lake, feed, inputs_of(world), SPAN)


def versions(world: World) -> dict[str, int]:
    """The number of commits of every table."""
    folder = Path(world.lake.root)
    return {str(log.parent): len(list(log.glob("*.json"))) for log in folder.glob("*/*/_delta_log")}


def hourly(world: World) -> pl.DataFrame:
    """gold.campaign_hourly in order."""
    return world.rows(CAMPAIGN_HOURLY).sort(CAMPAIGN_HOURLY.grain_columns)


def test_a_word_that_is_learned_brings_its_rows_back(world: World) -> None:
    """The dry run names the rows, their worth and the cells of gold, and writes nothing; the replay does just that."""
    learned, before, written = knowing("subscribe", "conversion"), hourly(world), versions(world)
    assert looked_at(world, FEED).changes.is_empty()
    foreseen = looked_at(world, learned)
    told = summary(learned, foreseen)
    back = told.filter(pl.col("change") == "brought_back").sort("event_date")
    assert back.select("event_date", "rows", "micros", "gold_cells").rows() == [
        (date(2026, 10, 5), 2, 20_000_000, 1),
        (date(2026, 10, 6), 1, 1_000_000, 1),
    ]
    assert back["codes"].to_list() == [["unknown_type"]] * 2
    assert told.filter(pl.col("change") == "reclassified").select("was", "becomes", "rows").rows() == [
        ("quarantined", "duplicate", 1)
    ]
    assert versions(world) == written
    replay(world.lake, learned, inputs_of(world), world.run, foreseen)
    refresh_gold(world.lake, world.run)
    changed = hourly(world).join(before, on=before.columns, how="anti", nulls_equal=True)
    assert changed.height == foreseen.changes.select(gold_cells()).item()
    assert changed["conversions"].to_list() == [2, 2]


def test_a_second_replay_finds_nothing_to_do(world: World) -> None:
    """And commits nothing."""
    learned = knowing("subscribe", "conversion")
    replay(world.lake, learned, inputs_of(world), world.run, looked_at(world, learned))
    written = versions(world)
    again = looked_at(world, learned)
    assert again.changes.is_empty()
    replay(world.lake, learned, inputs_of(world), world.run, again)
    assert versions(world) == written


def test_a_word_that_is_forgotten_takes_its_rows_away(world: World) -> None:
    """What a rule refuses from now on is foreseen as well."""
    learned = knowing("subscribe", "conversion")
    replay(world.lake, learned, inputs_of(world), world.run, looked_at(world, learned))
    told = summary(FEED, looked_at(world, FEED))
    away = told.filter(pl.col("change") == "taken_away")
    assert away.select(pl.col("rows", "micros").sum()).row(0) == (3, 21_000_000)
    assert set(away["becomes"]) == {"quarantined"}


def test_the_command_tells_and_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the documented keys; gold is done with silver, and the second time nothing is left to do."""
    monkeypatch.setenv("ADVERTISEX_LAKE", str(tmp_path / "lake"))
    lake = open_lake()
    (tmp_path / "events.csv").write_text("\n".join([HEADER, *ROWS]))
    FileLander(lake, FEED, Run("test")).land(list_files(str(tmp_path / "events.csv"))[0])
    catch_up(lake, FEED, silver_inputs(lake), Run("test"))

    def run(dry_run: bool) -> list[dict[str, object]]:
        replay_command(FEED.name, "2026-10-01..2026-10-31", dry_run, Format.JSON)
        told: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return told

    monkeypatch.setitem(clicks_conversions.EVENT_CLASS_BY_TYPE, "subscribe", "conversion")
    monkeypatch.setitem(clicks_conversions.CONVERSION_TYPE_BY_TYPE, "subscribe", "subscribe")
    foreseen = run(dry_run=True)
    assert {tuple(row) for row in foreseen} == {KEYS}
    assert sum(row["rows"] for row in foreseen if row["change"] == "brought_back") == 3
    assert run(dry_run=False) == foreseen
    assert lake.open(CAMPAIGN_HOURLY).scan().select(pl.col("conversions").sum()).collect().item() == 4
    assert run(dry_run=False) == []
