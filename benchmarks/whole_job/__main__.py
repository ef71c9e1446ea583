"""Runs the programs in turns and writes `results/whole_job.md` and `.json`; with `--sweep` tries Spark's settings."""

import argparse
import statistics
from dataclasses import asdict

from benchmarks.report import save, table
from benchmarks.whole_job.outcome import Job, Outcome
from benchmarks.whole_job.runs import assert_equal, run, stage
from benchmarks.whole_job.sweep import BEST, GRID, name_of

EVENTS, LONG_EVENTS = 300_000, 2_000_000
ROUNDS = 3
PROGRAMS = {"limit": "the limit", "ours": "ours", "spark": "Spark"}

HEAD = """\
# The whole job

{events:,} events from two Kafka topics to campaign counts by day and last-click attribution in gold, {rounds}
alternating rounds, each in a fresh process; medians of CPU seconds of all processes of a program. The limit consumes,
decodes and writes Parquet, nothing else. Spark is counted in its second pass over everything, when Java has compiled
its program; its first is told too. Its settings are in `benchmarks/whole_job/sweep.py`, and `--sweep` tries
others; what it does less than ours, `benchmarks/whole_job/spark.py` says. The numbers of both were
asserted to be equal: every campaign and day, every attributed conversion, every refused row. Run it again: `{command}`.

"""


def main() -> None:
    """Compares, or sweeps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help=f"{LONG_EVENTS:,} events.")
    parser.add_argument("--events", type=int, help=f"About how many; {EVENTS:,} if not given.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sweep", action="store_true")
    asked = parser.parse_args()
    events = asked.events or (LONG_EVENTS if asked.long else EVENTS)
    with stage(events) as job:
        (_sweep if asked.sweep else _compare)(job, events, asked.rounds)


def _compare(job: Job, events: int, rounds: int) -> None:
    runs: dict[str, list[Outcome]] = {program: [] for program in PROGRAMS}
    for _ in range(rounds):
        for program in PROGRAMS:
            runs[program].append(run(program, job, BEST))
            print(program, runs[program][-1].cost, flush=True)
    assert_equal([*runs["ours"], *runs["spark"]])
    command = f"python -m benchmarks.whole_job --events {events} --rounds {rounds}"
    text = HEAD.format(events=job.messages, rounds=rounds, command=command) + _told(runs, job.messages)
    print(text)
    figures = {name: [asdict(outcome) | {"numbers": None} for outcome in found] for name, found in runs.items()}
    save("whole_job", text, {"command": command, "events": job.messages, "spark": BEST, "runs": figures})


def _told(runs: dict[str, list[Outcome]], events: int) -> str:
    ours = _cpu(runs["ours"])
    rows = [
        [
            PROGRAMS[program],
            f"{_cpu(found):.1f}",
            f"{_cpu(found) / events * 1e6:.1f}",
            f"{_cpu(found) / ours:.2f}",
            f"{statistics.median(one.cost.wall_seconds for one in found):.1f}",
            f"{max(one.cost.peak_megabytes for one in found):.0f}",
            found[0].tasks or "",
        ]
        for program, found in runs.items()
    ]
    columns = ("program", "CPU s", "CPU s per million events", "CPU / ours", "wall s", "peak MB", "tasks")
    first = statistics.median(one.first.cpu_seconds for one in runs["spark"] if one.first)
    spark = _cpu(runs["spark"]) / ours
    said = f"Spark takes {spark:.1f} times the CPU of ours; in its first pass {first / ours:.1f} times."
    return f"{table(columns, rows)}\n{said}\n"


def _cpu(runs: list[Outcome]) -> float:
    return statistics.median(outcome.cost.cpu_seconds for outcome in runs)


def _sweep(job: Job, events: int, rounds: int) -> None:
    runs: list[list[Outcome]] = [[] for _ in GRID]
    for _ in range(rounds):
        for settings, found in zip(GRID, runs, strict=True):
            found.append(run("spark", job, settings))
            print(*name_of(settings), found[-1].cost, flush=True)
    each = zip(GRID, runs, strict=True)
    rows = [[*name_of(settings), f"{_cpu(found):.2f}", found[0].tasks] for settings, found in each]
    rows.sort(key=lambda row: float(row[-2]))
    command = f"python -m benchmarks.whole_job --sweep --events {events} --rounds {rounds}"
    text = (
        f"# Spark's settings for the whole job\n\nCPU seconds of its second pass over {job.messages:,} events, medians "
        f"of {rounds}; one change at a time. Run it again: `{command}`.\n\n"
    )
    head = ("collector", "codec", "shuffle partitions", "other settings", "CPU s", "tasks")
    save("whole_job_sweep", text + table(head, rows), {"command": command, "events": job.messages, "rows": rows})


if __name__ == "__main__":
    main()
