"""Runs both programs by turns over the same frames, checks that they agree, and prints the ratio of CPU time.

    python -m benchmarks.gold_attribution [impressions] [rounds]

Not here: Spark and DuckDB, and reading from storage.
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.transforms.attribution.attribute import attribute
from benchmarks.gold_attribution import by_hand, traffic


def main(impressions: int = 1_000_000, rounds: int = 7) -> None:
    """One line per program and the ratio of their medians. 3 clicks in 100 impressions, 3 conversions in 1,000."""
    users = max(impressions // 20, 1)
    touches = traffic.touches(impressions, impressions * 3 // 100, users).lazy()
    conversions = traffic.conversions(impressions * 3 // 1000, users, impressions).lazy()
    programs: dict[str, Callable[[], pl.DataFrame]] = {
        "narwhals": lambda: (
            attribute(nw.from_native(touches), nw.from_native(conversions)).to_native().collect()
        ),
        "by hand": lambda: by_hand.attribute(touches, conversions).collect(),
    }
    results = {name: program() for name, program in programs.items()}
    one, other = (result.sort(pl.all(), nulls_last=True) for result in results.values())
    print(f"{impressions} impressions, {len(one)} rows, same rows: {one.equals(other)}")
    spent: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            spent[name].append(_cpu_seconds(program))
    medians = {name: statistics.median(times) for name, times in spent.items()}
    for name, median in medians.items():
        print(f"{name}: {median:.3f} s CPU (median of {rounds})")
    print(f"ratio: {medians['narwhals'] / medians['by hand']:.2f}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def _cpu_seconds(program: Callable[[], pl.DataFrame]) -> float:
    # CPU time of all threads: other work on the machine moves it less than the clock on the wall.
    before = time.process_time()
    program()
    return time.process_time() - before


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
