"""Attribution over 30 days of touches by three programs, by turns: ours, written by hand for Polars, and Spark."""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.gold import silver
from benchmarks.gold.program import PRINTED, PROGRAMS

TURNS = 3
ROUNDS = 1
"""Of a turn, after one that is not measured."""

Figures = dict[str, Any]


def run(impressions: int) -> tuple[str, Figures]:
    """A paragraph and the figures; AssertionError unless all programs give the same rows."""
    with tempfile.TemporaryDirectory(prefix="gold-") as name:
        folder = Path(name)
        silver.touches(impressions).write_parquet(folder / "touches.parquet")
        silver.conversions(impressions).write_parquet(folder / "conversions.parquet")
        turns = {program: [_cost(program, folder) for _ in range(TURNS)] for program in PROGRAMS}
        rows = _same_rows(folder)
    found = {
        program: {name: statistics.median(cost[name] for cost in costs) for name in costs[0]}
        for program, costs in turns.items()
    }
    return _told(impressions, rows, found), {"impressions": impressions, "rows": rows, "programs": found}


def _cost(program: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.gold.program", program, str(folder), str(ROUNDS)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith(PRINTED))
    costs: dict[str, float] = json.loads(line.removeprefix(PRINTED))
    return costs


def _same_rows(folder: Path) -> int:
    one, *others = (_rows(folder / f"{program}.parquet") for program in PROGRAMS)
    assert all(other.equals(one) for other in others), "The programs give different rows."
    return one.height


def _rows(path: Path) -> pl.DataFrame:
    rows = pl.read_parquet(path / "*.parquet" if path.is_dir() else path)
    return rows.select(sorted(rows.columns)).sort(pl.all(), nulls_last=True)


def _told(impressions: int, rows: int, found: Figures) -> str:
    cpu = {program: cost["cpu_seconds"] for program, cost in found.items()}
    lines = [
        f"## Attribution of a day: {impressions:,} impressions, {rows:,} rows, the same from all programs\n",
        "| program | CPU s | wall s | peak MB | CPU / ours |",
        "| --- | --- | --- | --- | --- |",
    ]
    for program, cost in found.items():
        lines.append(
            f"| {program} | {cost['cpu_seconds']:.2f} | {cost['wall_seconds']:.2f} | {cost['peak_megabytes']:.0f} | "
            f"{cpu[program] / cpu['ours']:.2f} |"
        )
    return "\n".join(lines)
