"""The settings that the Spark program was tried with, and the ones that cost it least."""

from typing import Any

Settings = dict[str, Any]

BASE: Settings = {"java": "-XX:+UseParallelGC", "codec": "zstd", "shuffle": "2", "source": {}}
"""As many tasks as cores, one batch of everything."""

GRID: tuple[Settings, ...] = (
    BASE,
    BASE | {"java": "-XX:+UseSerialGC"},
    BASE | {"codec": "snappy"},
    BASE | {"shuffle": "8"},
    BASE | {"source": {"maxOffsetsPerTrigger": "250000"}},
)
"""One change at a time."""

BEST: Settings = GRID[0]
"""By `python -m benchmarks.whole_job --sweep`; see results/whole_job_sweep.md."""
