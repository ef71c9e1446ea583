"""When each event could be read: the table's own log says which version held how many, and since when."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.end_to_end.traffic import Sent
from resources.lake import Lake
from schemas.tables.table import Table


@dataclass(frozen=True)
class Latency:
    """Seconds from produced to readable of so many events, and the share within 15 s."""

    events: int
    p50: float
    p95: float
    longest: float
    within_15: float


def latency(seen: list[tuple[float, int]], sent: Sent, skip_seconds: float) -> Latency:
    """Of the events that were sent after the first `skip_seconds`, in which tables are made and caches filled.

    `seen` are moments and how many events could be read by then. Events are read in the order in which they are sent:
    a topic has one partition.
    """
    moments, counts = np.array([at for at, _ in sent]), np.array([n for _, n in sent])
    events = np.arange(1, counts[-1] + 1)
    produced = moments[np.searchsorted(counts, events)]
    seen_counts = np.maximum.accumulate(np.array([n for _, n in seen]))
    places = np.searchsorted(seen_counts, events)
    assert places[-1] < len(seen), "not every event reached gold"
    readable = np.array([at for at, _ in seen])[places]
    waited = (readable - produced)[produced >= moments[0] + skip_seconds]
    p50, p95 = np.percentile(waited, [50, 95])
    within_15 = float((waited <= 15).mean())
    return Latency(len(waited), *(round(float(one), 2) for one in (p50, p95, waited.max())), round(within_15, 4))


def seen_in(lake: Lake, table: Table, column: str) -> list[tuple[float, int]]:
    """The sum of a column in every version of a table, and when that version was committed."""
    opened = lake.open(table)
    found = []
    for version in range(opened.version + 1):
        commit = Path(lake.uri(table)) / "_delta_log" / f"{version:020d}.json"
        then = opened.at(version)
        assert then is not None
        found.append((commit.stat().st_mtime, int(then.scan().select(pl.col(column).sum()).collect().item())))
    return found
