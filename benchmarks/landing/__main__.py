"""Runs the benchmark and writes `results/landing.md` and `.json`; with `--sweep` it tries Spark's settings instead."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from benchmarks.landing.measure import Job, Landed, read
from benchmarks.landing.sweep import BEST, GRID, name_of
from benchmarks.landing.traffic import BY_FEED, fill
from benchmarks.report import save, table
from tests.real import spark as spark_jars
from tests.real.kafka import Kafka

MESSAGES = 500_000
ROUNDS = 3
PROGRAMS = ("limit", "ours", "spark")

HEAD = """\
# Landing

A topic of {messages:,} messages landed from a real broker in {rounds} alternating rounds, each in a fresh process
after a first landing that is not counted; medians of CPU seconds per million messages. The limit consumes, takes each
value and writes it to Parquet. Spark is Structured Streaming into Delta with its best settings of
[those tried](landing_sweep.md); its rows are asserted to be ours, by a digest of offsets and payloads.
Run it again: `python -m benchmarks.landing`.

"""
COLUMNS = (
    *("feed", "limit", "ours", "Spark", "speed of the limit", "times as fast as Spark"),
    *("ours, peak MB", "Spark, peak MB"),
)


def main() -> None:
    """Compares, or sweeps."""
    asked = _arguments()
    with _broker(asked.messages) as servers:
        (_sweep if asked.sweep else _compare)(servers, asked.messages, asked.rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("messages", nargs="?", type=int, default=MESSAGES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--sweep", action="store_true")
    return parser.parse_args()


@contextmanager
def _broker(messages: int) -> Iterator[str]:
    """A broker with one topic per feed."""
    broker = Kafka()
    broker.start()
    try:
        for feed_name, make in BY_FEED.items():
            broker.create_topic(feed_name, configs={"retention.ms": "-1"})
            fill(broker.bootstrap_servers, feed_name, make, messages)
        yield broker.bootstrap_servers
    finally:
        broker.end(keep_logs=False)


def _compare(servers: str, messages: int, rounds: int) -> None:
    rows, figures = [], {}
    for feed_name in BY_FEED:
        runs = {program: [] for program in PROGRAMS}
        for _ in range(rounds):
            for program in PROGRAMS:
                runs[program].append(_land(program, servers, feed_name, messages))
        _assert_equal(runs)
        rows.append(_row(feed_name, runs))
        figures[feed_name] = {name: [asdict(landed) for landed in found] for name, found in runs.items()}
        print(table(COLUMNS, rows[-1:]), flush=True)
    text = HEAD.format(messages=messages, rounds=rounds) + table(COLUMNS, rows)
    save("landing", text, {"messages": messages, "spark": BEST, "runs": figures})


def _assert_equal(runs: dict[str, list[Landed]]) -> None:
    """Every program landed as many messages, and every round of ours and of Spark the same bytes at the same places."""
    assert len({landed.messages for found in runs.values() for landed in found}) == 1, runs
    assert len({landed.digest for landed in runs["ours"] + runs["spark"]}) == 1, runs


def _row(feed_name: str, runs: dict[str, list[Landed]]) -> list[str]:
    limit, ours, spark = (_median_seconds(runs[program]) for program in PROGRAMS)
    peaks = [max(landed.cost.peak_megabytes for landed in runs[program]) for program in ("ours", "spark")]
    ratios = (f"{limit / ours:.2f}", f"{spark / ours:.1f}")
    return [feed_name, *(f"{one:.2f}" for one in (limit, ours, spark)), *ratios, *(f"{peak:.0f}" for peak in peaks)]


def _median_seconds(runs: list[Landed]) -> float:
    return statistics.median(landed.cost.cpu_seconds / landed.messages * 1e6 for landed in runs)


def _sweep(servers: str, messages: int, rounds: int) -> None:
    feed_name = next(iter(BY_FEED))
    rows = []
    for settings in GRID:
        runs = [_land("spark", servers, feed_name, messages, settings) for _ in range(rounds)]
        rows.append([*name_of(settings), f"{_median_seconds(runs):.2f}"])
        print(rows[-1], flush=True)
    rows.sort(key=lambda row: float(row[-1]))
    text = f"# Spark's settings for landing\n\nCPU seconds per million messages of {feed_name}, {messages:,} landed."
    head = ("collector", "codec", "source", "CPU seconds")
    save("landing_sweep", f"{text} `python -m benchmarks.landing --sweep`.\n\n{table(head, rows)}", {"rows": rows})


def _land(
    program: str, servers: str, feed_name: str, messages: int, settings: dict[str, Any] = BEST
) -> Landed:
    """One landing in a fresh process and a fresh folder."""
    jars = [str(jar) for jar in spark_jars.jars()] if program == "spark" else []
    with tempfile.TemporaryDirectory() as folder:
        job = Job(servers, feed_name, folder, messages, {"jars": jars, "settings": settings})
        command = [sys.executable, "-m", f"benchmarks.landing.{program}", json.dumps(asdict(job))]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr[-2000:]}")
    return read(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
