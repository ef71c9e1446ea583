"""The settings that Spark was tried with, and the ones that cost it least, with which it is compared."""

from itertools import product
from typing import Any

Settings = dict[str, Any]

COLLECTORS = ("-XX:+UseParallelGC", "-XX:+UseSerialGC", "-XX:+UseG1GC")
CODECS = ("zstd", "snappy")
SOURCES: tuple[dict[str, str], ...] = ({}, {"maxOffsetsPerTrigger": "250000"}, {"minPartitions": "2"})
"""All at once; in batches like ours; one partition read by two tasks."""

GRID: tuple[Settings, ...] = tuple(
    {"java": java, "codec": codec, "source": source}
    for java, codec, source in product(COLLECTORS, CODECS, SOURCES)
)

BEST: Settings = GRID[0]
"""By `python -m benchmarks.landing --sweep`; see results/landing_sweep.md."""


def name_of(settings: Settings) -> tuple[str, str, str]:
    """Collector, codec and source, for people."""
    source = ", ".join(f"{name}={value}" for name, value in settings["source"].items())
    return settings["java"].removeprefix("-XX:+Use"), settings["codec"], source or "all at once"
