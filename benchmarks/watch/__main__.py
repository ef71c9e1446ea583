"""`python -m benchmarks.watch [RECORDS ...]`: CPU seconds of micro-batches, and how many of them checks take.

A batch is landed, and silver and gold are refreshed as in production; checks are timed where they are called: the
contract, grain and sums before each commit, the gates of the marts, the count of doubled records. Writes
`benchmarks/results/watch.md` and `.json`. Not here: the looks beside the batch, which bound themselves.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from advertisex_assets.bronze import assets as bronze_assets
from advertisex_assets.bronze.files import FileLander
from advertisex_assets.gold import refresh as gold_refresh
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.silver import in_process, settled
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.transforms.enrich import Reference
from benchmarks.report import save, table
from resources.files import list_files
from resources.lake import Lake
from resources.run import new_run
from schemas.feeds.impressions import FEED

SIZES = (1_000, 20_000, 100_000)
ROUNDS = 5
"""Batches of each size; the first of a lake is left out, since it creates the tables."""

CHECKED = (
    *((settled, name) for name in ("hold_unless_typed", "grain_marks", "hold_unless_unique")),
    (in_process, "counts_of"),
    (in_process, "agreeing"),
    (gold_refresh, "hold_unless_true"),
    (bronze_assets, "landing_summary"),
)
"""Where checks are called from: contract and grain, sums, gates of marts, doubled records."""


class Clock:
    """CPU seconds of this process, all threads."""

    def __init__(self) -> None:
        self.checks = 0.0

    def timed(self, check: Callable[..., Any]) -> Callable[..., Any]:
        """The check, with what it takes added up."""

        def call(*arguments: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return check(*arguments, **named)
            finally:
                self.checks += time.process_time() - begun

        return call


@contextmanager
def watched() -> Iterator[Clock]:
    """Times every check while the block lasts."""
    clock = Clock()
    with ExitStack() as stack:
        for module, name in CHECKED:
            stack.enter_context(patch.object(module, name, clock.timed(getattr(module, name))))
        yield clock


def batch(lake: Lake, folder: Path, number: int, records: int) -> tuple[float, float]:
    """CPU seconds of one micro-batch, and those of its checks."""
    path = folder / f"batch-{number}.json"
    start = datetime.now(UTC) - timedelta(hours=1)
    path.write_text("\n".join(_line(number * records + one, start) for one in range(records)))
    with watched() as clock:
        begun = time.process_time()
        before = lake.open(bronze_assets.bronze_table(FEED)).version
        FileLander(lake, FEED, new_run("benchmark")).land(list_files(str(path))[0])
        bronze_assets.landing_summary(lake, FEED, before)
        catch_up(lake, FEED, Inputs(Reference.empty(), b"benchmark"), new_run("benchmark"))
        refresh_gold(lake, new_run("benchmark"))
        return time.process_time() - begun, clock.checks


def _line(number: int, start: datetime) -> str:
    at = start + timedelta(milliseconds=number % 3_000_000)
    return json.dumps(
        {
            "impression_id": f"imp-{number}", "timestamp": at.isoformat(), "user_id": f"u-{number % 997}",
            "ad_creative_id": f"4{number % 40}", "campaign_id": str(number % 20), "price": 0.002,
            "website": f"site-{number % 50}.example",
        }
    )  # fmt: skip


def main(sizes: list[int]) -> None:
    """Prints and writes a row for each size."""
    rows = []
    for records in sizes:
        with tempfile.TemporaryDirectory(prefix="advertisex-watch-") as folder:
            lake = Lake(f"{folder}/lake")
            runs = [batch(lake, Path(folder), number, records) for number in range(ROUNDS + 1)][1:]
        shares = [checks / whole for whole, checks in runs]
        row = {
            "records": records, "batch_cpu_seconds": round(median(whole for whole, _ in runs), 3),
            "checks_cpu_seconds": round(median(checks for _, checks in runs), 3),
            "share": round(median(shares), 4), "largest_share": round(max(shares), 4),
        }  # fmt: skip
        rows.append(row)
        print(row, flush=True)
    _write(rows, sizes)


def _write(rows: list[dict[str, Any]], sizes: list[int]) -> None:
    command = f"python -m benchmarks.watch {' '.join(map(str, sizes))}"
    head = (
        "# What checks cost\n\nCPU seconds of micro-batches of impressions, landed, refreshed in silver and in every "
        f"mart; medians of {ROUNDS}. Run it again: `{command}`.\n\n"
    )
    columns = ("records", "batch, CPU s", "all checks, CPU s", "share", "largest share")
    lines = [
        (
            f"{row['records']:,}", row["batch_cpu_seconds"], row["checks_cpu_seconds"], f"{row['share']:.1%}",
            f"{row['largest_share']:.1%}",
        )
        for row in rows
    ]  # fmt: skip
    save("watch", head + table(columns, lines), {"command": command, "batches": rows})


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
