"""A run as files: three feeds, reference tables, and the truth beside them. Not here: messages, what a record holds."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from resources.sample_traffic.config import TrafficConfig
from resources.sample_traffic.extras import Extras, TrafficFile, placed
from resources.sample_traffic.feeds import FEEDS
from resources.sample_traffic.reference import write_reference
from resources.sample_traffic.rhythm import DAY_MINUTES, Chunk, chunk_minutes
from resources.sample_traffic.simulate import simulate
from resources.sample_traffic.truth import truth_rows
from resources.sample_traffic.truth_sums import TruthSums
from resources.sample_traffic.truth_tables import TruthParts, write_truth
from resources.sample_traffic.world import World, make_world

SECOND_US = 1_000_000

Progress = Callable[[int], None]
"""Called with the number of records delivered so far."""


def write_files(directory: Path, config: TrafficConfig, progress: Progress | None = None) -> dict[str, Any]:
    """Write a run below `directory`, in bounded memory, and return its summary.

    impressions/, clicks_conversions/ and bid_requests/ hold the traffic: received in the order of sorted paths within
    a feed, and by position within a file. reference/ has the SCD2 tables; truth/ has records, campaign_daily,
    attribution (Parquet) and summary.json. Raises FileExistsError when the directory holds traffic already.
    """
    truth = directory / "truth"
    parts = truth / "parts"
    if truth.exists():
        raise FileExistsError(f"{directory} holds traffic already: remove it, or write to another folder.")
    parts.mkdir(parents=True)
    world, sums, delivered = make_world(config), TruthSums(), 0
    records = TruthParts(parts)
    for file in traffic_files(config, world):
        path = directory / file.path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file.content)
        records.add(file.truth)
        sums.add(file.truth)
        delivered += len(file.truth)
        if progress is not None:
            progress(delivered)
    records.flush()
    write_reference(directory / "reference", config, world)
    result = sums.summary() | {"config": asdict(config)}
    write_truth(truth, parts, sums, world, result)
    return result


def summary(config: TrafficConfig) -> dict[str, Any]:
    """The summary of a run, without writing it."""
    sums = TruthSums()
    for file in traffic_files(config, make_world(config)):
        sums.add(file.truth)
    return sums.summary() | {"config": asdict(config)}


def traffic_files(config: TrafficConfig, world: World) -> Iterator[TrafficFile]:
    """All files of a run, chunk by chunk."""
    extras = Extras(config)
    for delivery in simulate(config, world):
        feed, chunk = FEEDS[delivery.feed], delivery.chunk
        path_of = partial(_path, feed.name, chunk, config)
        for number, dialect in enumerate(feed.dialects):
            rows = delivery.rows.filter(pl.col("producer") == number)
            if len(rows):
                path = path_of(dialect.name + dialect.suffix)
                truth = placed(truth_rows(rows, feed, dialect, world), path)
                file = TrafficFile(path, dialect.file_bytes(rows), truth)
                extras.keep(file, feed.name, chunk)
                yield extras.broken_off(file, feed, dialect, rows, chunk)
        yield from extras.sent_again(feed.name, chunk, path_of)


def _path(feed: str, chunk: Chunk, config: TrafficConfig, name: str) -> str:
    start = datetime.fromtimestamp(chunk.start_us // SECOND_US, UTC)
    stamp = start.strftime("%Y-%m-%d" if chunk_minutes(config) == DAY_MINUTES else "%Y-%m-%dT%H%M")
    return f"{feed}/{stamp}-{name}"
