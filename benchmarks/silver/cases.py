"""Which runs are compared: each case gives rows of figures, ratios of medians over runs in turns."""

import shutil
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.silver import lakes
from benchmarks.silver.process import Cost, measured
from resources.lake import Lake

FEEDS = ("impressions", "clicks_conversions", "bid_requests")
BATCHES = 4
"""Micro-batches of one run; the first warms."""


@dataclass(frozen=True)
class Size:
    """How much of everything: generated events, rounds, rows of a micro-batch, stored rows, rows of the large date."""

    events: int
    rounds: int
    batch_events: int
    history: tuple[int, ...]
    large_date: tuple[int, ...]


SHORT = Size(200_000, 3, 40_000, (1_000_000, 100_000_000), (300_000, 1_200_000))
LONG = Size(2_000_000, 5, 20_000, (1_000_000, 10_000_000, 100_000_000), (5_000_000, 20_000_000))


@dataclass(frozen=True)
class Compared:
    """One kind of work: median costs of its runs."""

    case: str
    feed: str
    work: str
    cpu_per_million: float
    peak_megabytes: float
    ratio: float
    """Limit cost over this one's (speed), or this one's over the first one's (history)."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def against_the_limit(folder: Path, size: Size) -> Iterator[Compared]:
    """Incremental silver and full rebuild beside the limit, per feed."""
    big, small = lakes.traffic(folder / "big", size.events), lakes.traffic(folder / "small", 20_000)
    for feed in FEEDS:
        for source, name in ((big, "run"), (small, "warm")):
            made = lakes.waiting(source, folder / f"{feed}-{name}", feed)
            lakes.refresh(Lake(str(lakes.linked(made, folder / f"{feed}-{name}-done"))), feed)
        costs: dict[str, list[Cost]] = {}
        for _ in range(size.rounds):
            for work, state in (("limit", "-done"), ("incremental", ""), ("full_rebuild", "-done")):
                costs.setdefault(work, []).append(_run(folder, feed, work, state))
        limit = _cpu(costs["limit"])
        for work, some in costs.items():
            yield Compared("limit", feed, work, _cpu(some), _peak(some), limit / _cpu(some))


def _run(folder: Path, feed: str, work: str, state: str) -> Cost:
    run, warm = (folder / f"now-{name}" for name in ("run", "warm"))
    for copy, name in ((run, "run"), (warm, "warm")):
        shutil.rmtree(copy, ignore_errors=True)
        lakes.linked(folder / f"{feed}-{name}{state}", copy)
    return measured(work, lake=str(run), feed=feed, warm_lake=str(warm))


def against_history(folder: Path, size: Size, feed: str = "impressions") -> Iterator[Compared]:
    """Micro-batches where other dates, or their own, hold ever more rows."""
    done = lakes.waiting(lakes.traffic(folder / "history", 100_000), folder / "history-lake", feed)
    lakes.refresh(Lake(str(done)), feed)
    batches = [lakes.traffic(folder / f"batch-{n}", size.batch_events, seed=10 + n) / feed for n in range(BATCHES)]
    for case, per_date in (("rows in other dates", 100_000), ("rows in the same date", None)):
        name = case.replace(" ", "-")
        fewest = size.history[0]
        base = lakes.with_history(done, folder / f"{name}-base", feed, fewest, per_date, fewest // 500_000)
        stored = {
            rows: lakes.multiplied(base, folder / f"{name}-{rows}", feed, rows // fewest, per_date is None)
            for rows in size.history
        }
        costs: dict[int, list[Cost]] = {}
        for _ in range(size.rounds):
            for rows, lake in stored.items():
                shutil.rmtree(folder / "now", ignore_errors=True)
                copy = lakes.linked(lake, folder / "now")
                some = measured("micro_batches", lake=str(copy), feed=feed, batches=list(map(str, batches)))
                costs.setdefault(rows, []).append(some)
        first = _cpu(costs[size.history[0]])
        for rows, some in costs.items():
            yield Compared(case, feed, f"{rows:,}", _cpu(some), _peak(some), _cpu(some) / first)
        for lake in stored.values():
            shutil.rmtree(lake)


def of_large_dates(folder: Path, size: Size, feed: str = "impressions") -> Iterator[Compared]:
    """One date rebuilt that is far larger than memory is allowed to be."""
    done = lakes.waiting(lakes.traffic(folder / "large", 100_000), folder / "large-lake", feed)
    lakes.refresh(Lake(str(done)), feed)
    first = None
    for rows in size.large_date:
        lake = lakes.with_history(done, folder / f"large-{rows}", feed, rows, None, max(rows // 500_000, 1))
        cost = measured("one_date", lake=str(lake), feed=feed)
        first = first or cost.cpu_per_million
        ratio = cost.cpu_per_million / first
        yield Compared("one date", feed, f"{rows:,}", cost.cpu_per_million, cost.peak_megabytes, ratio)
        shutil.rmtree(lake)


def _cpu(costs: list[Cost]) -> float:
    return statistics.median(cost.cpu_per_million for cost in costs)


def _peak(costs: list[Cost]) -> float:
    return max(cost.peak_megabytes for cost in costs)
