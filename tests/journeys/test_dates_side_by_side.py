"""Dates of one feed are made by several runs at once: runs of dates far apart do not stand in each other's way."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from advertisex_assets.silver.catch_up import rebuild
from resources.run import Run
from resources.settings import child_environment
from tests.journeys.test_silver_is_a_function_of_bronze import (
    FIRST,
    IMPRESSIONS,
    INPUTS,
    Story,
    record,
    tables_of,
)
from tests.real.requirements import REPOSITORY

DAYS = 9


def told(folder: Path) -> Story:
    """Records of some dates in a row, with copies on the same date, and of one on the next: there ranges touch."""
    story = Story(folder)
    story.feed = IMPRESSIONS
    story.land([record(day, day, 0) for day in (*range(DAYS), *range(DAYS))], 1)
    story.land([record(2, 3, 0)], 2)
    story.refresh()
    return story


@pytest.mark.parametrize(("other", "attempts"), [(5, 1), (1, 2)])
def test_a_run_is_repeated_only_for_a_date_that_decides_about_its_own(
    other: int, attempts: int, tmp_path: Path
) -> None:
    """While the first date is computed, another run replaces a date far away, or the next one."""
    story, steps = told(tmp_path), list[str]()

    def of_day(day: int) -> tuple[date, date]:
        return (FIRST + timedelta(days=day),) * 2

    def step(name: str) -> None:
        if not steps:
            rebuild(story.lake, IMPRESSIONS, INPUTS, Run("other"), of_day(other))
        steps.append(name)

    before = tables_of(story.lake, IMPRESSIONS)
    rebuild(story.lake, IMPRESSIONS, INPUTS, Run("this", step=step), of_day(0))

    assert steps.count("silver:replace:quarantine") == attempts
    assert tables_of(story.lake, IMPRESSIONS) == before


def test_a_backfill_cut_into_dagster_runs_in_processes_of_their_own(tmp_path: Path) -> None:
    """At once, over ranges that touch, as a run queue or Kubernetes starts them: the tables are those of one run."""
    story = told(tmp_path)
    before = tables_of(story.lake, IMPRESSIONS)
    silver = [f"key:silver/{name}" for name in ("impressions", "quarantine/impressions", "duplicates/impressions")]
    runs = []
    for first in range(0, DAYS, 3):
        dates = "...".join(str(FIRST + timedelta(days=day)) for day in (first, first + 2))
        command = ["-m", "dagster", "asset", "materialize", "-m", "advertisex_assets.definitions"]
        arguments = ["--select", " or ".join(silver), "--partition-range", dates]
        runs.append(
            subprocess.Popen(
                [sys.executable, *command, *arguments],
                cwd=REPOSITORY,
                env=child_environment(lake=story.lake.root),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    said = [run.communicate()[0] for run in runs]

    assert [run.returncode for run in runs] == [0] * len(runs), said
    assert tables_of(story.lake, IMPRESSIONS).keys() == before.keys()
    assert tables_of(story.lake, IMPRESSIONS) == before
