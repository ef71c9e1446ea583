"""Published numbers are what was measured: the summary follows from the JSON files, and `make bench` is bounded."""

import json
from pathlib import Path

import pytest

from benchmarks import report, summary, targets
from benchmarks.suite import PARTS
from tests.house.modules import REPOSITORY

BENCH_MINUTES = 30
"""What the Makefile promises of `make bench`."""


def test_the_summary_is_what_the_results_say() -> None:
    assert summary.PAGE.read_text() == summary.page(), "`python -m benchmarks.summary` writes it anew"


@pytest.mark.parametrize("said", [None, {}, {"runs": {"ours": [], "spark": []}}, []])
def test_what_a_result_does_not_say_is_not_measured(
    said: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(summary, "RESULTS", tmp_path)
    if said is not None:
        for target in targets.TARGETS:
            (tmp_path / f"{target.result}.json").write_text(json.dumps(said))
    lines = summary.page().splitlines()
    assert sum("| not measured |" in line for line in lines) == len(targets.TARGETS)
    assert not any("| met" in line or "| missed" in line for line in lines)


@pytest.mark.parametrize(
    ("spark", "events", "verdict"), [(50.0, 10, "met"), (49.0, 10, "missed"), (50.0, 9, "met, smaller")]
)
def test_a_verdict_is_the_bound_and_names_a_smaller_size(
    spark: float, events: int, verdict: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = targets.Target(
        "five times", "any", 5, lambda r: r["spark"] / 10, lambda r: r["events"], "events", at_least=True, asked_size=10
    )
    monkeypatch.setattr(summary, "RESULTS", tmp_path)
    monkeypatch.setattr(summary, "TARGETS", (target,))
    (tmp_path / "any.json").write_text(json.dumps({"spark": spark, "events": events}))
    assert f"| five times | {spark / 10:.3g} | {verdict} | {events} events |" in summary.page()


def test_every_benchmark_is_a_part_of_the_suite_and_bounded() -> None:
    folders = {path.parent.name for path in (REPOSITORY / "benchmarks").glob("*/__main__.py")}
    assert {part.name for part in PARTS} == folders
    assert sum(part.minutes for part in PARTS) <= BENCH_MINUTES
    assert all(part.minutes > 0 for part in PARTS if part.short is not None)


def test_every_result_has_its_page() -> None:
    assert [path.name for path in report.RESULTS.glob("*.json") if not path.with_suffix(".md").exists()] == []
