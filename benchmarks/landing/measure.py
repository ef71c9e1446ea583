"""One landing in a process of its own: `python -m benchmarks.landing.ours JSON` and the others print one JSON line."""

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.measure import Cost, cost_of


@dataclass(frozen=True)
class Job:
    """What to land: a feed's topic, which holds so many messages, into a folder; `options` only Spark knows."""

    bootstrap_servers: str
    topic: str
    folder: str
    messages: int
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Landed:
    """What it cost, and what was landed: its messages, and a digest of their places and payloads."""

    cost: Cost
    messages: int
    digest: str


def measured(job: Job, land: Callable[[Job, Path], None], told: Callable[[Path], tuple[int, str]]) -> Landed:
    """Lands all twice in one process and measures the second time: what was loaded or compiled by then is no landing.

    `told` says what a folder then holds: messages and digest.
    """
    first, second = (Path(job.folder) / name for name in ("first", "second"))
    for folder in (first, second):
        folder.mkdir()
    land(job, first)
    cost = cost_of(lambda: land(job, second))
    return Landed(cost, *told(second))


def main(work: Callable[[Job], Landed]) -> None:
    """The entry point of a measured process."""
    print(json.dumps(asdict(work(Job(**json.loads(sys.argv[1]))))))


def read(line: str) -> Landed:
    """What a measured process printed last."""
    found = json.loads(line)
    return Landed(Cost(**found["cost"]), found["messages"], found["digest"])


def digest_of(rows: pl.LazyFrame) -> tuple[int, str]:
    """The number of messages, and a digest of every partition, offset and payload."""
    found = rows.select("partition", "offset", "payload").sort("partition", "offset").collect()
    digest = hashlib.sha256()
    for name in ("partition", "offset"):
        digest.update(found[name].cast(pl.Int64).to_numpy().tobytes())
    for payload in found["payload"]:
        digest.update(len(payload).to_bytes(8, "little") + payload)
    return found.height, digest.hexdigest()
