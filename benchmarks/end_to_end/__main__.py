"""Sends the stream, waits until all of it is in gold, and writes what it took."""

import argparse
import json
import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import polars as pl
from dagster import DagsterInstance

from benchmarks.end_to_end.latency import Latency, latency, seen_in
from benchmarks.end_to_end.processes import Used, Watch, used_by
from benchmarks.end_to_end.stage import stage
from benchmarks.end_to_end.traffic import send
from benchmarks.report import save, table
from resources.lake import Lake
from schemas.tables.gold import CAMPAIGN_DAILY

PER_SECOND = 2_000
SECONDS = 120
WARM_UP_SECONDS = 30
"""Events of the first half minute are not counted: Dagster starts, and every table is made."""
PATIENCE_SECONDS = 120
"""How long to wait for the last events."""

HEAD = """\
# From Kafka to gold

{per_second:,} events a second for {seconds} s into a real broker (impressions, bid requests, clicks), real sensors in a
real `dagster dev` on the same machine; from when an impression was sent to when `gold.campaign_daily` had it.
Run it again on a quiet machine: `python -m benchmarks.end_to_end`.

"""


def main() -> None:
    """Measures and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--per-second", type=int, default=PER_SECOND)
    parser.add_argument("--keep", type=Path, help="Where to keep the lake and Dagster's history.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        found, used = _measure(folder, asked.per_second, asked.seconds)
    text = HEAD.format(per_second=asked.per_second, seconds=asked.seconds) + _tables(found, used, asked)
    print(text)
    figures = {"latency": asdict(found), "stages": {name: asdict(one) for name, one in used.items()}}
    save("end_to_end", text, {"per_second": asked.per_second, "seconds": asked.seconds} | figures)


def _measure(folder: Path, per_second: int, seconds: int) -> tuple[Latency, dict[str, Used]]:
    with stage(folder) as running:
        watch = Watch(running.dagster)
        watch.start()
        time.sleep(WARM_UP_SECONDS)
        sent = send(running.servers, running.creative_ids, per_second, seconds)
        (folder / "sent.json").write_text(json.dumps(sent))
        _wait(running.lake, sent[-1][1])
        watch.stop()
        home = str(running.dagster_home)
    seen = seen_in(Lake(str(folder / "lake")), CAMPAIGN_DAILY, "impressions")
    os.environ["DAGSTER_HOME"] = home
    with DagsterInstance.get() as instance:
        return latency(seen, sent, WARM_UP_SECONDS), used_by(instance, watch.cpu_seconds)


def _wait(lake: Lake, impressions: int) -> None:
    """Until all are in gold; the check of their order says if they are not."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        rows = lake.open(CAMPAIGN_DAILY).scan().select(pl.col("impressions").sum()).collect()
        if rows.item() >= impressions:
            return
        time.sleep(1)


def _tables(found: Latency, used: dict[str, Used], asked: argparse.Namespace) -> str:
    events = asked.per_second * asked.seconds
    head = ("impressions", "p50, s", "p95, s", "longest, s", "within 15 s")
    first = table(head, [(found.events, found.p50, found.p95, found.longest, f"{found.within_15:.1%}")])
    rows = [
        (
            name,
            one.runs,
            f"{one.cpu_seconds:.1f}",
            f"{one.cpu_seconds / events * 1e6:.0f}",
            f"{one.cpu_seconds / one.runs:.1f}" if one.runs else "",
            f"{one.wall_seconds / one.runs:.1f}" if one.runs else "",
        )
        for name, one in sorted(used.items())
    ]
    columns = ("stage", "runs", "CPU s", "CPU s per million events", "CPU s per run", "wall s per run")
    return first + "\n" + table(columns, rows)


if __name__ == "__main__":
    main()
