"""Runs both programs in turns and writes `results/whole_job.md` and `.json`; with `--sweep` tries Spark's settings."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.report import save, table
from benchmarks.whole_job.outcome import Job, Outcome, read
from benchmarks.whole_job.sweep import BEST, GRID
from benchmarks.whole_job.traffic import CLICKS, IMPRESSIONS, PARTITIONS, fill, write_reference
from tests.real import spark as spark_jars
from tests.real.kafka import Kafka

EVENTS, LONG_EVENTS = 200_000, 2_000_000
ROUNDS = 3
PROGRAMS = ("ours", "spark")

HEAD = """\
# The whole job

About {events:,} events from two Kafka topics to campaign counts by day and last-click attribution in gold, {rounds}
alternating rounds, each in a fresh process; medians. Spark is counted in its second pass over everything, when Java has
compiled its program; its first is told too. The numbers of both were asserted to be equal: every campaign and day,
every attributed conversion, every refused row. Run it again: `python -m benchmarks.whole_job`.

"""


def main() -> None:
    """Compares, or sweeps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help=f"{LONG_EVENTS:,} events.")
    parser.add_argument("--events", type=int)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sweep", action="store_true")
    asked = parser.parse_args()
    events = asked.events or (LONG_EVENTS if asked.long else EVENTS)
    with _stage(events) as job:
        (_sweep if asked.sweep else _compare)(job, events, asked.rounds)


@contextmanager
def _stage(events: int) -> Iterator[Job]:
    """A broker with both topics, and the reference data."""
    broker = Kafka()
    broker.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for topic in (IMPRESSIONS, CLICKS):
                broker.create_topic(topic, PARTITIONS, {"retention.ms": "-1"})
            fill(broker.bootstrap_servers, events)
            write_reference(Path(folder))
            yield Job(broker.bootstrap_servers, folder, "")
    finally:
        broker.end(keep_logs=False)


def _compare(job: Job, events: int, rounds: int) -> None:
    runs: dict[str, list[Outcome]] = {program: [] for program in PROGRAMS}
    for _ in range(rounds):
        for program in PROGRAMS:
            runs[program].append(_run(program, job, BEST))
            print(program, runs[program][-1].cost, flush=True)
    _assert_equal([outcome for found in runs.values() for outcome in found])
    seconds = {program: _median([outcome.cost.cpu_seconds for outcome in found]) for program, found in runs.items()}
    first = _median([outcome.first.cpu_seconds for outcome in runs["spark"] if outcome.first])
    rows = [_row("ours", runs["ours"], events), _row("Spark", runs["spark"], events)]
    columns = ("program", "CPU s", "CPU s per million events", "wall s", "peak MB")
    text = HEAD.format(events=events, rounds=rounds) + table(columns, rows)
    ratio = seconds["spark"] / seconds["ours"]
    text += f"\nSpark takes {ratio:.1f} times the CPU; in its first pass {first / seconds['ours']:.1f} times.\n"
    print(text)
    figures = {name: [asdict(outcome) | {"numbers": None} for outcome in found] for name, found in runs.items()}
    save("whole_job", text, {"events": events, "ratio": round(ratio, 2), "spark": BEST, "runs": figures})


def _row(name: str, runs: list[Outcome], events: int) -> list[str]:
    cpu, wall = (_median([getattr(one.cost, what) for one in runs]) for what in ("cpu_seconds", "wall_seconds"))
    peak = max(one.cost.peak_megabytes for one in runs)
    return [name, f"{cpu:.1f}", f"{cpu / events * 1e6:.1f}", f"{wall:.1f}", f"{peak:.0f}"]


def _assert_equal(outcomes: list[Outcome]) -> None:
    for other in outcomes[1:]:
        for name, rows in outcomes[0].numbers.items():
            wrong = [pair for pair in zip(rows, other.numbers[name], strict=False) if pair[0] != pair[1]][:5]
            assert rows == other.numbers[name], f"{name} differs: {wrong or (len(rows), len(other.numbers[name]))}"


def _sweep(job: Job, events: int, rounds: int) -> None:
    rows = []
    for settings in GRID:
        seconds = _median([_run("spark", job, settings).cost.cpu_seconds for _ in range(rounds)])
        rows.append([*(str(value) for value in settings.values()), f"{seconds:.2f}"])
        print(rows[-1], flush=True)
    rows.sort(key=lambda row: float(row[-1]))
    text = f"# Spark's settings for the whole job\n\n{events:,} events. `python -m benchmarks.whole_job --sweep`.\n\n"
    save("whole_job_sweep", text + table((*BEST, "CPU s"), rows), {"rows": rows})


def _median(values: list[float]) -> float:
    return statistics.median(values)


def _run(program: str, job: Job, settings: dict[str, Any]) -> Outcome:
    """One run in a fresh process and a fresh folder."""
    jars = [str(jar) for jar in spark_jars.jars()] if program == "spark" else []
    with tempfile.TemporaryDirectory() as folder:
        asked = Job(job.bootstrap_servers, job.reference, folder, {"jars": jars, "settings": settings})
        command = [sys.executable, "-m", f"benchmarks.whole_job.{program}", json.dumps(asdict(asked))]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr[-3000:]}")
    return read(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
