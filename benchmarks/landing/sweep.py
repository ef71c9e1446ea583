"""The settings that Spark was tried with, and the ones that cost it least, with which it is compared."""

from typing import Any

Settings = dict[str, Any]

BASE: Settings = {"java": "-XX:+UseParallelGC", "codec": "zstd", "source": {}}
"""One batch of everything, compressed as ours."""

GRID: tuple[Settings, ...] = (
    BASE,
    BASE | {"java": "-XX:+UseSerialGC"},
    BASE | {"java": "-XX:+UseG1GC"},
    BASE | {"codec": "snappy"},
    # In batches as large as our commits.
    BASE | {"source": {"maxOffsetsPerTrigger": "250000"}},
    # The partition read by two tasks.
    BASE | {"source": {"minPartitions": "2"}},
)
"""One change at a time."""

BEST: Settings = GRID[0]
"""By `python -m benchmarks.landing --sweep`; see results/landing_sweep.md."""


def name_of(settings: Settings) -> tuple[str, str, str]:
    """Collector, codec and source, for people."""
    source = ", ".join(f"{name}={value}" for name, value in settings["source"].items())
    return settings["java"].removeprefix("-XX:+Use"), settings["codec"], source or "all at once"
