"""The settings that the Spark program was tried with, and the ones that cost it least."""

from typing import Any

Settings = dict[str, Any]

BASE: Settings = {"java": "-XX:+UseParallelGC", "codec": "zstd", "shuffle": "2", "source": {}, "session": {}}
"""As many tasks as cores, one batch of everything."""

GRID: tuple[Settings, ...] = (
    BASE,
    BASE | {"java": "-XX:+UseSerialGC"},
    BASE | {"codec": "snappy"},
    BASE | {"shuffle": "8"},
    BASE | {"source": {"maxOffsetsPerTrigger": "250000"}},
    BASE | {"session": {"spark.sql.adaptive.enabled": "false"}},
)
"""One change at a time."""

BEST: Settings = GRID[0]
"""Spark's own defaults for this job. `python -m benchmarks.whole_job --sweep` tries the others; it has not been run to
its end, and of the two tried alone the serial collector took a tenth less of 30,000 events."""


def name_of(settings: Settings) -> tuple[str, str, str, str]:
    """Collector, codec, shuffle partitions and the rest, for people."""
    others = [f"{name.removeprefix('spark.sql.')}={value}" for name, value in _others(settings).items()]
    collector = settings["java"].removeprefix("-XX:+Use")
    return collector, settings["codec"], settings["shuffle"], ", ".join(others) or "as they are"


def _others(settings: Settings) -> dict[str, str]:
    return settings["source"] | settings["session"]
