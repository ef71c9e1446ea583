"""kill -9 at any moment of landing or refresh, run again: the same tables, row for row."""

import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from resources.lake import Lake
from resources.sample_traffic import TrafficConfig, write_files
from tests.journeys.world import contents, new_seed

LEDGERS = {"ops.ledger"}
"""Tells what was done, and a killed process did some of it twice."""


def work(folder: Path, fatal: int = -1) -> tuple[list[str], int]:
    """The steps that the process reached, and how it ended."""
    command = [sys.executable, "-m", "tests.journeys.dying", str(folder), str(fatal)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.stdout.split(), done.returncode


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder with traffic whose landing nothing disturbed, and the steps that it took."""
    folder = tmp_path_factory.mktemp("undisturbed")
    write_files(folder / "t", TrafficConfig(seed=new_seed(), events=1_000, days=1))
    steps, _ = work(folder)
    return folder, steps


def rows_of(folder: Path, traffic: Path) -> dict[str, pl.DataFrame]:
    """Every table but the ledgers; paths as if all traffic were in one place."""
    return {
        name: rows.with_columns(pl.col("^(source_name|path)$").str.replace(str(folder), str(traffic), literal=True))
        for name, rows in contents(Lake(str(folder / "lake")))
        if name not in LEDGERS
    }


def check(undisturbed: Path, folder: Path, fatal: int) -> None:
    """Kills at a step, runs again and compares."""
    shutil.copytree(undisturbed / "t", folder / "t")
    _, code = work(folder, fatal)
    assert code == -signal.SIGKILL
    work(folder)
    expected, found = rows_of(undisturbed, undisturbed), rows_of(folder, undisturbed)
    # Landing again after a kill records each finished file once more, as an arrival that brought nothing.
    for tables in (expected, found):
        tables["bronze.files"] = tables["bronze.files"].filter(pl.col("outcome") != "already_landed")
    assert expected.keys() == found.keys()
    wrong = [name for name in expected if not expected[name].equals(found[name])]
    assert wrong == []


def test_killed_at_a_step(undisturbed: tuple[Path, list[str]], tmp_path: Path) -> None:
    """Drawn anew in every run: each costs new processes."""
    folder, steps = undisturbed
    fatal = random.SystemRandom().randrange(len(steps))
    print(f"killed before step {fatal}: {steps[fatal]}")
    check(folder, tmp_path / "killed", fatal)


@pytest.mark.soak
def test_killed_at_every_step(undisturbed: tuple[Path, list[str]], tmp_path: Path) -> None:
    """The long form."""
    folder, steps = undisturbed
    for fatal, name in enumerate(steps):
        print(f"killed before step {fatal} of {len(steps)}: {name}")
        check(folder, tmp_path / str(fatal), fatal)
        shutil.rmtree(tmp_path / str(fatal))
