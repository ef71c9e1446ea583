"""Silver by a Spark cluster of two workers: the tables that Polars makes, whoever of the cluster dies on the way."""

import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from advertisex_assets.upkeep.layers import upkeep_layer
from advertisex_assets.upkeep.work import Rules
from resources.run import Run
from resources.sample_traffic import write_files
from resources.scratch import FOLDER
from resources.settings import child_environment
from tests.journeys.world import KEY, World, contents, ticking
from tests.real.on_spark import TRAFFIC, story
from tests.real.requirements import REPOSITORY
from tests.real.spark_cluster import WORKERS, SparkCluster

# Five JVMs and their Pythons: minutes on two cores. `make test` has the same steps without a cluster, in
# tests/journeys/test_silver_by_other_engines.py.
pytestmark = [pytest.mark.real, pytest.mark.soak]

LAST = "silver:ledger"
"""With the first of these the first pass of the first feed is done: a driver need not live longer to be killed."""

LATER = datetime(2026, 11, 1, 18, tzinfo=UTC)
"""After what a driver landed before it died, on the same day."""

ATTEMPTS = ("bronze.files", "ops.ledger")


@pytest.fixture(scope="module")
def commits() -> list[str]:
    """The commits of the story, in order: the same by every engine."""
    return []


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the story lands."""
    folder = tmp_path_factory.mktemp("traffic")
    write_files(folder, TRAFFIC)
    return folder


@pytest.fixture(scope="module")
def by_polars(tmp_path_factory: pytest.TempPathFactory, traffic: Path, commits: list[str]) -> World:
    """The story, told by Polars."""
    world = World(tmp_path_factory.mktemp("by-polars"), lambda name: commits.append(name))
    story(world, traffic)
    return world


def driver(cluster: SparkCluster, folder: Path, traffic: Path, fatal: int = -1) -> "subprocess.Popen[str]":
    """The story, told by Spark in a process of its own."""
    command = [sys.executable, "-m", "tests.real.on_spark", str(folder), str(traffic), cluster.url, str(fatal)]
    return subprocess.Popen(
        command, cwd=REPOSITORY, env=child_environment(**cluster.environment), stdout=subprocess.PIPE,
        stderr=(folder / "driver.log").open("w"), text=True,
    )  # fmt: skip


def ended(process: "subprocess.Popen[str]", folder: Path) -> list[str]:
    """The commits of a driver that has ended in good order."""
    told, _ = process.communicate()
    assert process.returncode == 0, (folder / "driver.log").read_text()[-4_000:]
    return told.split()


def assert_same(one: World, other: World) -> None:
    """Every table, column by column; what is told of attempts (arrivals of files, the ledger) apart."""
    for (name, rows), (same_name, same) in zip(contents(one.lake), contents(other.lake), strict=True):
        assert name == same_name
        if name not in ATTEMPTS:
            assert_frame_equal(rows, same)


def test_both_workers_work_and_the_death_of_one_changes_nothing(
    spark_cluster: SparkCluster, by_polars: World, commits: list[str], traffic: Path, tmp_path: Path
) -> None:
    """Killed with its executor as soon as both have finished tasks; the rest is done by the other."""
    process = driver(spark_cluster, tmp_path, traffic)
    done: dict[str, int] = {}
    while len([tasks for tasks in done.values() if tasks]) < WORKERS and process.poll() is None:
        time.sleep(0.05)
        done = spark_cluster.tasks_by_executor()
    assert process.poll() is None, (done, (tmp_path / "driver.log").read_text()[-4_000:])
    spark_cluster.workers[0].kill()

    assert ended(process, tmp_path) == commits
    assert {"silver:replace:impressions", "silver:append:impressions"} <= set(commits)
    assert_same(by_polars, World(tmp_path))
    assert not list((tmp_path / "lake" / FOLDER).glob("*"))
    assert KEY.decode() not in (tmp_path / "driver.log").read_text()


def test_a_driver_that_dies_between_commits_is_made_up_for(
    spark_cluster: SparkCluster, by_polars: World, commits: list[str], traffic: Path, tmp_path: Path
) -> None:
    """Some tables have its rows, others not; any engine takes it from there, and upkeep removes what was left."""
    fatal = random.choice([n for n, name in enumerate(commits[: commits.index(LAST)]) if name.startswith("silver:")])
    process = driver(spark_cluster, tmp_path, traffic, fatal)
    told, _ = process.communicate()
    assert told.split() == commits[: fatal + 1], (tmp_path / "driver.log").read_text()[-4_000:]
    left = tmp_path / "lake" / FOLDER
    assert list(left.glob("*/*.parquet"))

    world = World(tmp_path, clock=ticking(LATER))
    story(world, traffic)

    assert_same(by_polars, world)
    list(upkeep_layer(world.lake, "silver", Rules(keep=timedelta(0)), Run("upkeep")))
    assert not list(left.glob("*/*"))
