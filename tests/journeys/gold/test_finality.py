"""From files to published numbers: a day is finalised, a late row waits, somebody accepts it; and why it changed."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetKey, DagsterInstance, build_schedule_context, materialize
from typer.testing import CliRunner, Result

from advertisex_assets.cli.main import build
from advertisex_assets.gold.basis import ERASURE, REPLAY
from advertisex_assets.gold.finality import accept_days, close_days, refresh_restatements
from advertisex_assets.gold.finality_assets import day_status_asset, published_asset
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.transforms.enrich import Reference
from resources.dagster_world import World as Resources
from resources.run import Run
from resources.settings import settings
from schemas.discover import feed_named
from schemas.run_tags import RANGE_END, RANGE_START
from schemas.tables.gold import DAY_STATUS, PUBLISHED, RESTATEMENTS
from sensors.schedules import finality_schedule, reports_schedule
from tests.journeys.world import KEY, World

DAY = date(2026, 3, 3)
HEADER = "timestamp,user_id,ad_campaign_id,conversion_type,event_id\n"
TWO = ("2026-03-03T10:00:00Z,7,c1,click,e1", "2026-03-03T11:00:00Z,8,c1,click,e2")
LATE = ("2026-03-03T23:00:00Z,9,c1,click,e3",)
Command = Callable[..., Any]


def file(folder: Path, name: str, rows: tuple[str, ...]) -> Path:
    """A file of clicks."""
    path = folder / name
    path.write_text(HEADER + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def advertisex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Runs commands on a lake of its own; what they print as JSON, if they do."""
    monkeypatch.setenv("ADVERTISEX_LAKE", str(tmp_path / "lake"))
    settings.cache_clear()

    def run(*arguments: str) -> Any:
        done: Result = CliRunner().invoke(build(), [*arguments, "--format", "json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout) if done.stdout.strip() else None

    yield run
    settings.cache_clear()


def test_finalise_then_a_late_row_then_accept(advertisex: Command, tmp_path: Path) -> None:
    """By the commands that people use: what was told stays until somebody says otherwise."""
    advertisex("land", "clicks_conversions", str(file(tmp_path, "a.csv", TWO)))
    advertisex("refresh")
    [day] = advertisex("finalise")
    assert (day["event_date"], day["is_final"], day["revision"], day["finalised_now"]) == (
        "2026-03-03",
        True,
        1,
        True,
    )
    assert [day["finalised_now"] for day in advertisex("finalise")] == [False]
    assert advertisex("restatements") == []

    advertisex("land", "clicks_conversions", str(file(tmp_path, "b.csv", LATE)))
    advertisex("refresh")
    assert steps(advertisex("restatements")) == [(2, 2, 3, "pending", "late_data")]
    # Of the campaign and of all campaigns; a click without impression is not a valid one.
    assert advertisex("finalise")[0]["pending_restatements"] == 2
    explained = advertisex(
        "explain", "gold.campaign_daily", "--date", "2026-03-03", "--campaign", "c1", "--metric", "clicks"
    )
    assert (explained["published"], explained["value"], explained["agrees"]) == (2, 3, True)

    accepted = advertisex("restatements", "--dates", "2026-03-03", "--accept", "--cause", "tracker outage")
    assert steps(accepted) == [(2, 2, 3, "accepted", "tracker outage")]
    assert advertisex("restatements") == []
    [day] = advertisex("finalise")
    assert (day["revision"], day["pending_restatements"]) == (2, 0)


def steps(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The restated clicks of the campaign."""
    names = ("revision", "before", "after", "status", "cause")
    wanted = [row for row in rows if (row["campaign_id"], row["metric"]) == ("c1", "clicks")]
    return [tuple(row[name] for name in names) for row in wanted]


@pytest.fixture(scope="module")
def finalised(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two clicks on a day that was finalised."""
    world = World(tmp_path_factory.mktemp("finality"))
    world.land("clicks_conversions", file(world.folder, "a.csv", TWO))
    world.refresh()
    assert close_days(world.lake, world.run, 3) == [DAY]
    return world


@pytest.fixture
def world(finalised: World, tmp_path: Path) -> World:
    """A copy of its own for each test, whose clock goes on."""
    shutil.copytree(finalised.folder, tmp_path, dirs_exist_ok=True)
    return World(tmp_path, clock=finalised.clock)


@pytest.mark.parametrize(
    ("run_id", "cause"), [("replay-1", REPLAY), ("erase-1", ERASURE), ("refresh-1", "late_data")]
)
def test_what_people_had_done_is_named_as_the_cause(world: World, run_id: str, cause: str) -> None:
    """The ledger knows which runs rewrote silver since the day was published."""
    world.land("clicks_conversions", file(world.folder, "b.csv", LATE))
    run = Run(run_id, world.clock)
    catch_up(world.lake, feed_named("clicks_conversions"), Inputs(Reference.empty(), KEY), run)
    refresh_gold(world.lake, world.run)
    assert steps(world.rows(RESTATEMENTS).to_dicts()) == [(2, 2, 3, "pending", cause)]


def test_numbers_that_wait_for_a_refresh_are_not_published(world: World, tmp_path: Path) -> None:
    """Neither when a day is finalised nor when changes are accepted: they would change again at once."""
    world.land("clicks_conversions", file(tmp_path, "b.csv", (*LATE, "2026-03-04T11:00:00Z,8,c1,click,e9")))
    world.refresh()
    world.land(
        "clicks_conversions",
        file(tmp_path, "c.csv", ("2026-03-03T12:00:00Z,5,c1,click,e5", "2026-03-04T12:00:00Z,5,c1,click,e6")),
    )
    catch_up(world.lake, feed_named("clicks_conversions"), Inputs(Reference.empty(), KEY), world.run)
    assert close_days(world.lake, world.run, 3) == []
    assert accept_days(world.lake, world.run, [DAY], None) == []
    refresh_gold(world.lake, world.run)
    assert close_days(world.lake, world.run, 3) == [DAY + timedelta(days=1)]
    assert accept_days(world.lake, world.run, [DAY], None) == [DAY]


def test_dagster_finalises_a_day_and_tells_its_status(advertisex: Command, tmp_path: Path) -> None:
    """As people select dates in the UI, and as the schedule does."""
    advertisex("land", "clicks_conversions", str(file(tmp_path, "a.csv", TWO)))
    advertisex("refresh")
    resources = {"world": Resources()}
    with DagsterInstance.ephemeral() as instance:
        tags = {RANGE_START: "2026-03-01", RANGE_END: "2026-03-04"}
        assert materialize([published_asset()], instance=instance, tags=tags, resources=resources).success
        assert materialize([day_status_asset()], instance=instance, resources=resources).success
    lake = Resources().lake()
    refresh_restatements(lake, Run("test"))
    assert lake.open(PUBLISHED).scan().collect()["event_date"].unique().to_list() == [DAY]
    assert lake.open(DAY_STATUS).scan().select("event_date", "is_final").collect().rows() == [(DAY, True)]


def test_the_clock_asks_for_what_is_due() -> None:
    """One run for each stretch of days to finalise, and the status always; reports of the newest days."""
    due = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 9)]
    moment = datetime(2026, 3, 12, 0, 20, tzinfo=UTC)
    with DagsterInstance.ephemeral() as instance:
        context = build_schedule_context(instance, scheduled_execution_time=moment)
        requests = list(finality_schedule(lambda: due).evaluate_tick(context).run_requests or [])
        [report] = reports_schedule().evaluate_tick(context).run_requests or []
    spans = [(run.tags.get(RANGE_START), run.tags.get(RANGE_END)) for run in requests]
    assert spans == [("2026-03-01", "2026-03-02"), ("2026-03-09", "2026-03-09"), (None, None)]
    assert list(requests[-1].asset_selection or []) == [AssetKey(["gold", "day_status"])]
    assert (report.tags[RANGE_START], report.tags[RANGE_END]) == ("2026-03-08", "2026-03-12")
