"""Makes the lakes, runs batches in turns, and writes `results/history.md` and `.json`."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.history.lakes import DAYS, FEEDS, made, repeated, rows_of
from benchmarks.report import save, table
from benchmarks.silver.lakes import linked, traffic
from resources.lake import Lake

HISTORY, LONG_HISTORY = (1_000_000, 10_000_000), (1_000_000, 10_000_000, 100_000_000)
ROWS_PER_DATE = 100_000
"""About as many in every repeated date: more history is more dates."""
BATCH_EVENTS = 20_000
"""Of which the largest file of each feed is the batch: a few seconds of 2,000 events a second."""
BATCHES = 3
ROUNDS = 3

HEAD = """\
# History

One micro-batch of {records:,} records ({feeds}), landed from files and brought through silver, invalid traffic and
every mart, in lakes whose other dates hold ever more rows, {per_date:,} each: the median of {batches} batches after a
first one, and medians of {rounds} alternating rounds, each in a fresh process. Peak is that of the whole process.
Beside them a rebuild of the batch's {days} dates in every layer, in a lake without others. The other dates are links to
files of these ones (`benchmarks/history/lakes.py`). Run it again: `{command}`.

"""


def main() -> None:
    """Compares the lakes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, help=f"In other dates; {HISTORY} if not given.")
    parser.add_argument("--long", action="store_true", help=f"{LONG_HISTORY}.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--per-date", type=int, default=ROWS_PER_DATE)
    parser.add_argument("--batch-events", type=int, default=BATCH_EVENTS)
    asked = parser.parse_args()
    history = asked.rows or (LONG_HISTORY if asked.long else HISTORY)
    with tempfile.TemporaryDirectory(prefix="history-") as folder:
        once, lakes = _lakes(Path(folder), history, asked.per_date)
        batches = [_batch(Path(folder) / f"batch-{n}", asked.batch_events, 10 + n) for n in range(BATCHES + 1)]
        runs: dict[int, list[dict[str, Any]]] = {}
        for _ in range(asked.rounds):
            for rows, lake in lakes.items():
                runs.setdefault(rows, []).append(_run(lake, batches))
                print(f"{rows:,}", runs[rows][-1], flush=True)
        anew = _run(once, batches, with_rebuild=True)["rebuild"]["cpu_seconds"]
    sizes = " ".join(map(str, history))
    command = (
        f"python -m benchmarks.history {sizes} --rounds {asked.rounds} --per-date {asked.per_date} "
        f"--batch-events {asked.batch_events}"
    )
    _write(runs, anew, asked, command)


def _lakes(folder: Path, history: tuple[int, ...], per_date: int) -> tuple[Path, dict[int, Path]]:
    """A lake without other dates, and lakes by the rows that they hold in those."""
    once = made(traffic(folder / "traffic", DAYS * per_date), folder / "once")
    real = rows_of(Lake(str(once)))
    lakes = {}
    for rows in history:
        copies = max(rows // real, 1)
        lakes[copies * real] = repeated(once, folder / f"times-{copies}", copies)
    return once, lakes


def _batch(folder: Path, events: int, seed: int) -> Path:
    """A file of each feed: a micro-batch from Kafka comes in one commit, too."""
    traffic(folder, events, seed)
    for feed in FEEDS:
        *others, _ = sorted((folder / feed).iterdir(), key=lambda path: path.stat().st_size)
        for path in others:
            path.unlink()
    return folder


def _run(lake: Path, batches: list[Path], with_rebuild: bool = False) -> dict[str, Any]:
    """In a fresh process, on a lake of its own."""
    now = lake.parent / "now"
    shutil.rmtree(now, ignore_errors=True)
    asked = {"lake": str(linked(lake, now)), "batches": [str(batch) for batch in batches], "rebuild": with_rebuild}
    command = [sys.executable, "-m", "benchmarks.history.process", json.dumps(asked)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _write(runs: dict[int, list[dict[str, Any]]], anew: float, asked: argparse.Namespace, command: str) -> None:
    each = {rows: _medians(found) for rows, found in runs.items()}
    first = next(iter(each.values()))
    cases = [
        {
            "rows": rows,
            **one,
            "ratio": one["cpu_seconds"] / first["cpu_seconds"],
            "memory_ratio": one["peak_megabytes"] / first["peak_megabytes"],
        }
        for rows, one in each.items()
    ]
    records = int(next(iter(runs.values()))[0]["records"])
    head = HEAD.format(
        records=records, feeds=", ".join(FEEDS), per_date=asked.per_date, batches=BATCHES, rounds=asked.rounds,
        days=DAYS, command=command,
    )  # fmt: skip
    lines = [
        (
            f"{case['rows']:,}",
            f"{case['cpu_seconds']:.2f}",
            f"{case['ratio']:.2f}",
            f"{case['wall_seconds']:.1f}",
            f"{case['peak_megabytes']:.0f}",
            f"{case['memory_ratio']:.2f}",
        )
        for case in cases
    ]
    columns = ("rows in other dates", "batch, CPU s", "times the first", "batch, wall s", "peak MB", "times the first")
    said = f"The rebuild takes {anew:.2f} s CPU: {anew / first['cpu_seconds']:.1f} times the first batch."
    text = f"{head}{table(columns, lines)}\n{said}\n"
    print(text)
    save("history", text, {"command": command, "records": records, "history": cases, "rebuild_cpu_seconds": anew})


def _medians(runs: list[dict[str, Any]]) -> dict[str, float]:
    return {name: median(run["batch"][name] for run in runs) for name in runs[0]["batch"]}


if __name__ == "__main__":
    main()
