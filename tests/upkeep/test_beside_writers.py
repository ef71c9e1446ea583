"""Upkeep beside landing and silver in other processes, and killed at any step: nothing is lost, doubled or rebuilt."""

import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from advertisex_assets.bronze.kafka.balance import kafka_balance
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.transforms.watch.conservation import unbalanced
from resources.lake import Lake
from schemas.tables.bronze import bronze_table
from schemas.tables.silver import DUPLICATES, QUARANTINE, silver_tables
from tests.upkeep.busy import FEED, INPUTS, counts, fill, readable, run_at

TABLES = [bronze_table(FEED), *silver_tables(FEED), DUPLICATES, QUARANTINE]
BATCHES = 20
"""In `make test`; each is a landing, every second one a run of silver."""

KILLS = 1


def check_race(folder: Path, undisturbed: Path, batches: int) -> None:
    """The same landings with upkeep beside them, and without, give the same tables."""
    stop = folder.with_name("stop")
    command = [sys.executable, "-m", "tests.upkeep.keeping", str(folder), str(stop)]
    beside = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        fill(Lake(str(folder)), range(batches))
    finally:
        stop.touch()
        output, errors = beside.communicate()
    assert beside.returncode == 0, errors
    assert int(output.split()[0]) > 0, "nothing was merged: the race was none"
    fill(Lake(str(undisturbed)), range(batches))
    check_same(Lake(str(folder)), Lake(str(undisturbed)))


def check_same(lake: Lake, other: Lake) -> None:
    """The same rows, sums and offsets in both."""
    for each in (lake, other):
        catch_up(each, FEED, INPUTS, run_at())
    expected, found = dict(readable(other, TABLES)), dict(readable(lake, TABLES))
    assert [name for name in expected if not expected[name].equals(found[name])] == []
    assert unbalanced(counts(lake)).is_empty()
    assert kafka_balance(lake.open(bronze_table(FEED)))["balanced"].all()


def test_racing_landing_and_silver(tmp_path: Path) -> None:
    check_race(tmp_path / "lake", tmp_path / "undisturbed", BATCHES)


@pytest.mark.soak
def test_racing_for_long(tmp_path: Path) -> None:
    """The long form."""
    check_race(tmp_path / "lake", tmp_path / "undisturbed", 1_000)


def work(folder: Path, fatal: int = -1) -> list[str]:
    command = [sys.executable, "-m", "tests.upkeep.dying", str(folder), str(fatal)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == (0 if fatal < 0 else -signal.SIGKILL), done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake in small files."""
    folder = tmp_path_factory.mktemp("killed") / "lake"
    fill(Lake(str(folder)), range(12))
    return folder


def check_kill(filled: Path, folder: Path, fatal: int) -> None:
    shutil.copytree(filled, folder)
    work(folder, fatal)
    check_same(Lake(str(folder)), Lake(str(filled)))
    fill(Lake(str(folder)), range(12, 14))
    work(folder)
    assert unbalanced(counts(Lake(str(folder)))).is_empty()


def test_killed_at_a_few_steps(filled: Path, tmp_path: Path) -> None:
    """A step drawn anew in every run; `make soak` takes every one."""
    shutil.copytree(filled, tmp_path / "whole")
    steps = work(tmp_path / "whole")
    for fatal in random.SystemRandom().sample(range(len(steps)), KILLS):
        print(f"killed before step {fatal}: {steps[fatal]}")
        check_kill(filled, tmp_path / str(fatal), fatal)


@pytest.mark.soak
def test_killed_at_every_step(filled: Path, tmp_path: Path) -> None:
    """The long form."""
    shutil.copytree(filled, tmp_path / "whole")
    for fatal in range(len(work(tmp_path / "whole"))):
        check_kill(filled, tmp_path / str(fatal), fatal)
        shutil.rmtree(tmp_path / str(fatal))
