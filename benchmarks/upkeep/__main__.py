"""Runs the benchmark and writes its results: `python -m benchmarks.upkeep [COMMITS ROWS]`; the long form: 3,000 100."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from statistics import median

import polars as pl

from benchmarks.report import save, table
from benchmarks.upkeep.lakes import (
    BRONZE,
    SILVER,
    TABLES,
    Costs,
    cpu_of,
    fill,
    fill_at_once,
    forget,
    keep_up,
)
from resources.lake import Lake
from resources.lake.live import live_files
from resources.run import utc_now

COMMITS, ROWS, ROUNDS = 300, 500, 9
KEPT, PILED, BULK = "with upkeep", "without", "one bulk load"

MOST_PILED = 500
"""Commits up to which a lake without upkeep is filled too; the long form leaves it out, since each of its commits costs
more than the one before until delta-rs writes a checkpoint of its own."""

HEAD = """# Upkeep

{commits:,} micro-batches of {rows} impressions, all of one day, landed and taken in by silver: with a round of upkeep
after every 10 of them and one at the end, which leaves commits of the last three minutes (what an hour, the least that
may be set, is for commits each ten seconds); {piled}and as one bulk load. CPU seconds, medians of {rounds}
alternating rounds. Run it again: `{command}` (the long form: `3000 100`; beyond {most} commits
without a lake that nobody keeps up).

"""

SLOPE = """
Micro-batches cost more while the machine does other work. So the same was done by turns in a young lake, of one
micro-batch before: what history costs is the growth of the quotient of the two.

"""


def main(commits: int, rows: int) -> None:
    """Fills the lakes, reads them in turns, writes what came out."""
    names = (KEPT, PILED, BULK) if commits <= MOST_PILED else (KEPT, BULK)
    with tempfile.TemporaryDirectory() as folder:
        lakes = {name: Lake(f"{folder}/{number}") for number, name in enumerate(names)}
        costs = {name: fill(lakes[name], commits, rows, name == KEPT) for name in names if name != BULK}
        fill_at_once(lakes[BULK], commits, rows)
        last = keep_up(lakes[KEPT], utc_now())
        forget(lakes[KEPT])
        reads = {name: _read(lakes, read, rows * commits) for name, read in READS.items()}
        facts = {
            "files": {
                each.full_name: _by_lake(lakes, lambda lake, each=each: len(live_files(lake.open(each))))
                for each in TABLES
            },
            "bytes": {
                each.full_name: _by_lake(lakes, lambda lake, each=each: lake.open(each).size().size_bytes)
                for each in TABLES
            },
            "CPU s": reads,
        }
    command = f"python -m benchmarks.upkeep {commits} {rows}"
    piled = "without upkeep; " if PILED in names else ""
    text = HEAD.format(commits=commits, rows=rows, rounds=ROUNDS, command=command, piled=piled, most=MOST_PILED)
    text += table(("", *names, f"{KEPT} / {BULK}"), _lines(facts)) + SLOPE
    slopes = {name: _slope(each) for name, each in costs.items()}
    text += table(("CPU s of a micro-batch", *next(iter(slopes.values()))), _rounded(slopes))
    save("upkeep", text, {"command": command, **facts, "micro_batch": slopes, "last_round_cpu_seconds": last})
    print(text)


def _by_lake(lakes: dict[str, Lake], measure: Callable[[Lake], int]) -> dict[str, float]:
    return {name: measure(lake) for name, lake in lakes.items()}


READS = {
    "silver: spend by campaign": lambda lake: (
        lake.open(SILVER)
        .scan()
        .group_by("campaign_id")
        .agg(pl.len(), pl.col("price_micros").sum())
        .collect()
        .select(pl.col("len").sum())
        .item()
    ),
    "bronze: rows of a date": lambda lake: (
        lake.open(BRONZE)
        .scan()
        .select("event_date", pl.col("payload").bin.size())
        .group_by("event_date")
        .agg(pl.len())
        .collect()["len"][0]
    ),
    "open bronze and its marks": lambda lake: len(lake.open(BRONZE).marks()) and None,
}


def _read(lakes: dict[str, Lake], read: Callable[[Lake], int | None], expected: int) -> dict[str, float]:
    """Median CPU seconds of one read in each lake, in turns; every lake gives the same answer."""
    seconds: dict[str, list[float]] = {name: [] for name in lakes}
    for _ in range(ROUNDS):
        for name, lake in lakes.items():
            found: list[int | None] = []
            seconds[name].append(cpu_of(lambda: found.append(read(lake))))  # noqa: B023
            assert found[0] in (None, expected), (name, found)
    return {name: median(each) for name, each in seconds.items()}


def _slope(costs: Costs) -> dict[str, float]:
    """Medians of the first and the last third, in the lake and in young ones, and how their quotient grew."""
    (first, last), (young_first, young_last) = (_thirds(each) for each in (costs.batches, costs.young))
    return {
        "first third": first,
        "last third": last,
        "young lake, first third": young_first,
        "young lake, last third": young_last,
        "last / first, against young lakes": (last / young_last) / (first / young_first),
    }


def _thirds(costs: list[float]) -> tuple[float, float]:
    third = len(costs) // 3
    return median(costs[:third]), median(costs[-third:])


def _rounded(slopes: dict[str, dict[str, float]]) -> list[Sequence[object]]:
    return [[name, *(f"{value:.3f}" for value in each.values())] for name, each in slopes.items()]


def _lines(facts: dict[str, dict[str, dict[str, float]]]) -> list[Sequence[object]]:
    return [
        (f"{name}, {kind}", *(f"{value:,.4g}" for value in found.values()), f"{found[KEPT] / found[BULK]:.2f}")
        for kind, by_name in facts.items()
        for name, found in by_name.items()
    ]


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:]) if len(sys.argv) > 2 else (COMMITS, ROWS))
