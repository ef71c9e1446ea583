"""Runs the benchmark and writes its results: `python -m benchmarks.upkeep [COMMITS ROWS]`; long: 3000 1000."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from statistics import median

import polars as pl

from advertisex_assets.upkeep.plan import Policy
from benchmarks.report import save, table
from benchmarks.upkeep.lakes import (
    BRONZE,
    LANDED_WITHIN,
    QUARTER,
    SILVER,
    START,
    TABLES,
    Costs,
    Pace,
    after_the_day,
    cpu_of,
    fill,
    fill_at_once,
    keep_up,
)
from resources.lake import Lake
from resources.lake.live import live_files
from resources.run import utc_now

COMMITS, ROWS, ROUNDS = 300, 500, 25
KEPT, PILED, BULK = "with upkeep", "without", "one bulk load"

MOST_PILED = 500
"""Commits up to which a lake without upkeep is filled too; the long form leaves it out, since each of its commits costs
more than the one before until delta-rs writes a checkpoint of its own."""

HEAD = """# Upkeep

{commits:,} micro-batches of {rows:,} impressions, all of one day, landed and taken in by silver, with upkeep beside
them; {piled}and as one bulk load. CPU seconds, medians of {rounds} alternating rounds. Run it again: `{command}`
(the long form: `3000 1000`; beyond {most} commits without a lake that nobody keeps up).

The micro-batches stand for 8 h 20 min, so that they come {apart:,.0f} s apart: a round of upkeep is done after every
{quarterly} of them, the quarter of an hour of the schedule, and one when the day is over. Everything else is as set by
default. Nobody waits in between; so upkeep is told that what came before the last {cold} commits is a quarter of an
hour old. Commits stay for a day and files for a week: nothing has left the log when it is read, and its checkpoint
names every file that was merged. That is what opening a table costs more; what a reader asks includes it.

"""

TAIL = """
Files of today's tail, as the last micro-batch and the rounds before it left them: {tail}.
Upkeep took {upkeep:.3f} CPU s for each micro-batch, the round after the day apart, which took {last:.1f}.
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
        tail = _files(lakes[KEPT])
        last = keep_up(lakes[KEPT], utc_now(), after_the_day())
        facts = {
            "files": _by_table({name: _files(lake) for name, lake in lakes.items()}),
            "bytes": {
                each.full_name: _by_lake(lakes, lambda lake, each=each: lake.open(each).size().size_bytes)
                for each in TABLES
            },
            "CPU s": _cpu_of_all(lakes, READS),
            "CPU s to begin": _cpu_of_all(lakes, OPENINGS),
        }
    command = f"python -m benchmarks.upkeep {commits} {rows}"
    piled = "without upkeep; " if PILED in names else ""
    pace = Pace(commits)
    text = HEAD.format(
        commits=commits,
        rows=rows,
        rounds=ROUNDS,
        command=command,
        piled=piled,
        most=MOST_PILED,
        apart=LANDED_WITHIN.total_seconds() / commits,
        quarterly=pace.count(QUARTER),
        cold=pace.count(Policy().cold_after),
    )
    upkeep = sum(costs[KEPT].rounds) / commits
    text += table(("", *names, f"{KEPT} / {BULK}"), _lines(facts))
    text += TAIL.format(tail=", ".join(f"{name} {n}" for name, n in tail.items()), upkeep=upkeep, last=last) + SLOPE
    slopes = {name: _slope(each) for name, each in costs.items()}
    text += table(("CPU s of a micro-batch", *next(iter(slopes.values()))), _rounded(slopes))
    more = {"files_before_last_round": tail, "upkeep_cpu_seconds": upkeep, "last_round_cpu_seconds": last}
    save("upkeep", text, {"command": command, **facts, "micro_batch": slopes, **more})
    print(text)


def _files(lake: Lake) -> dict[str, int]:
    return {each.full_name: len(live_files(lake.open(each))) for each in TABLES}


def _by_table(counts: dict[str, dict[str, int]]) -> dict[str, dict[str, float]]:
    return {each.full_name: {name: found[each.full_name] for name, found in counts.items()} for each in TABLES}


def _by_lake(lakes: dict[str, Lake], measure: Callable[[Lake], int]) -> dict[str, float]:
    return {name: measure(lake) for name, lake in lakes.items()}


def _silver(lake: Lake, *where: pl.Expr, by: str) -> list[tuple[object, ...]]:
    rows = lake.open(SILVER).scan().filter(*where)
    return rows.group_by(by).agg(pl.len(), pl.col("price_micros").sum()).sort(by).collect().rows()


READS: dict[str, Callable[[Lake], object]] = {
    "silver: spend by campaign": lambda lake: _silver(lake, by="campaign_id"),
    "silver: a campaign's spend by site": lambda lake: _silver(lake, pl.col("campaign_id") == "107", by="website"),
    "silver: an hour's spend by campaign": lambda lake: _silver(
        lake, pl.col("event_at").is_between(START, START + timedelta(hours=1)), by="campaign_id"
    ),
    "silver: a user's impressions": lambda lake: _silver(
        lake, pl.col("user_bucket") == 45, pl.col("user_id").str.starts_with("154f"), by="user_id"
    ),
    "bronze: rows of a date": lambda lake: (
        lake.open(BRONZE)
        .scan()
        .select("event_date", pl.col("payload").bin.size())
        .group_by("event_date")
        .agg(pl.len())
        .collect()
        .rows()
    ),
}

OPENINGS: dict[str, Callable[[Lake], object]] = {
    "open silver": lambda lake: lake.open(SILVER) and None,
    "open bronze and its marks": lambda lake: lake.open(BRONZE).marks() and None,
}


def _cpu_of_all(lakes: dict[str, Lake], reads: dict[str, Callable[[Lake], object]]) -> dict[str, dict[str, float]]:
    return {name: _cpu_of(lakes, read) for name, read in reads.items()}


def _cpu_of(lakes: dict[str, Lake], read: Callable[[Lake], object]) -> dict[str, float]:
    """Median CPU seconds of one read in each lake, in turns; every lake gives the same answer."""
    seconds: dict[str, list[float]] = {name: [] for name in lakes}
    answers: list[object] = []
    for _ in range(ROUNDS):
        for name, lake in lakes.items():
            seconds[name].append(cpu_of(lambda: answers.append(read(lake))))  # noqa: B023
    assert all(answer == answers[0] for answer in answers), answers[: len(lakes)]
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
