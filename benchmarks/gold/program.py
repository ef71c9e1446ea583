"""One program over the touches and conversions of a folder: `python -m benchmarks.gold.program NAME FOLDER ROUNDS`.

Writes NAME.parquet beside them and prints the costs of its rounds as JSON. Each has a process of its own, so that its
memory is its own. Spark's session is started, and the work done once, before it is measured: both are paid once a day.
"""

import json
import statistics
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.transforms.attribution.attribute import attribute
from advertisex_assets.transforms.marts.slices import shares_a_key
from benchmarks.gold import by_hand
from benchmarks.measure import cost_of
from benchmarks.spark.session import local_session, options

Work = Callable[[], None]
PRINTED = "costs: "


def main(name: str, folder: Path, rounds: int) -> None:
    """Runs one of the PROGRAMS."""
    PROGRAMS[name](folder, lambda work: _measure(work, rounds))


def ours(folder: Path, measure: Callable[[Work], None]) -> None:
    """The engine-neutral code on Polars, over touches that share a key with a conversion, as in `gold.compute`."""
    touches, conversions = _scanned(folder)

    def work() -> None:
        asking = conversions.collect()
        near = touches.filter(shares_a_key(asking)).collect(engine="streaming")
        found = attribute(nw.from_native(near.lazy()), nw.from_native(asking.lazy())).to_native()
        found.sink_parquet(folder / "ours.parquet")

    measure(work)


def written_by_hand(folder: Path, measure: Callable[[Work], None]) -> None:
    """The same rules as a Polars user would write them."""
    found = by_hand.attribute(*_scanned(folder))
    measure(lambda: found.sink_parquet(folder / "by_hand.parquet"))


def spark(folder: Path, measure: Callable[[Work], None]) -> None:
    """The engine-neutral code on Spark, by as many cores."""
    with local_session(options(folder / "spark") | {"spark.driver.memory": "4g"}) as session:
        read = [nw.from_native(session.read.parquet(str(folder / f"{name}.parquet"))) for name in INPUTS]
        found = attribute(*read).to_native()
        measure(lambda: found.write.mode("overwrite").parquet(str(folder / "spark.parquet")))


INPUTS = ("touches", "conversions")
PROGRAMS = {"ours": ours, "by_hand": written_by_hand, "spark": spark}


def _scanned(folder: Path) -> list[pl.LazyFrame]:
    return [pl.scan_parquet(folder / f"{name}.parquet") for name in INPUTS]


def _measure(work: Work, rounds: int) -> None:
    work()
    costs = [asdict(cost_of(work)) for _ in range(rounds)]
    print(PRINTED + json.dumps({name: statistics.median(cost[name] for cost in costs) for name in costs[0]}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
