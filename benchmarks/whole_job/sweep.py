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
"""What served landing best (results/landing_sweep.md); `--sweep` of the whole job has not been run to its end yet."""
