"""One measured run: `python -m benchmarks.history.process JSON` takes batches into a lake, then rebuilds."""

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.refresh import refresh_mart
from advertisex_assets.silver.catch_up import rebuild
from advertisex_assets.silver.invalid_traffic import refresh_invalid_traffic
from benchmarks.history.lakes import DAYS, FEEDS, take
from benchmarks.measure import Cost, cost_of
from benchmarks.silver.lakes import FIRST, inputs
from resources.lake import Lake
from resources.run import new_run
from schemas.discover import feed_named
from schemas.invalid_traffic import Limits

SPAN = (FIRST, FIRST + timedelta(days=DAYS - 1))
DATES = [FIRST + timedelta(days=number) for number in range(DAYS)]


def main() -> None:
    """Prints as JSON the records of the batches, the median cost of one and, if asked, the cost of a rebuild."""
    asked: dict[str, Any] = json.loads(sys.argv[1])
    lake, (first, *others) = Lake(asked["lake"]), map(Path, asked["batches"])
    # A process that lives has been through one.
    take(lake, first)
    records: list[int] = []
    costs = [cost_of(lambda batch=batch: records.append(take(lake, batch))) for batch in others]  # type: ignore[misc]
    anew = asdict(cost_of(lambda: _rebuild(lake))) if asked["rebuild"] else None
    cost = Cost(*(median(getattr(one, name) for one in costs) for name in Cost.__dataclass_fields__))
    print(json.dumps({"records": median(records), "batch": asdict(cost), "rebuild": anew}))


def _rebuild(lake: Lake) -> None:
    """The real dates from bronze, in every layer; not the marts that are copies of what was published."""
    run = new_run("benchmark")
    for feed in FEEDS:
        rebuild(lake, feed_named(feed), inputs(lake), run, SPAN)
    refresh_invalid_traffic(lake, run, Limits(), DATES)
    for mart in MARTS:
        refresh_mart(lake, mart, DATES, run, rebuild=True)


if __name__ == "__main__":
    main()
