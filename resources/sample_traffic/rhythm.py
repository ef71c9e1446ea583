"""When events happen: the daily and weekly rhythm, cut into chunks that fit in memory.

Not here: what happens in an event.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from resources.sample_traffic.config import TrafficConfig, epoch_us
from resources.sample_traffic.draws import Draws

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_MINUTES = 24 * 60
LATEST_US = 72.0 * HOUR_US
"""Nothing is under way for longer: three days late, and a copy at most three days after that."""

HOUR_WEIGHTS = (
    30,
    20,
    14,
    11,
    10,
    13,
    22,
    38,
    52,
    60,
    64,
    67,
    72,
    70,
    66,
    65,
    68,
    74,
    84,
    95,
    100,
    96,
    76,
    50,
)
"""Traffic by UTC hour: quiet before dawn, a plateau through the day, a peak in the evening."""

WEEKDAY_WEIGHTS = (0.98, 1.0, 1.02, 1.03, 1.0, 0.9, 0.94)
"""Traffic from Monday to Sunday."""

HOURLY_NOISE = 0.08
"""Hours differ from the rhythm by up to this share either way."""

CHUNK_MINUTES = (1440, 720, 360, 180, 60, 30, 15, 5, 1)
"""Lengths that divide a day, the longest first; file names show the start."""

LARGEST_CHUNK_EVENTS = 200_000
"""A chunk of this many records takes some 300 MB while it is made."""

SEQ_PER_CHUNK = 10_000_000
"""Room for numbering the events of a chunk."""


@dataclass(frozen=True)
class Chunk:
    """A stretch of time that is generated and delivered in one go: slices of (start_us, share of all events)."""

    index: int
    start_us: int
    end_us: int
    slice_us: int
    slices: tuple[tuple[int, float], ...]

    def times(self, draws: Draws, name: str, total: float) -> pl.Series:
        """Int64 event times in this chunk, when the whole run has `total` such events."""
        exact = pl.Series([share * total for _, share in self.slices], dtype=pl.Float64)
        # A fraction of an event happens with that probability, or small runs would lose their nights.
        counts = (exact + draws.uniform(f"{name}/round", len(self.slices))).floor().cast(pl.Int64)
        starts = pl.DataFrame({"start": [start for start, _ in self.slices], "count": counts})
        column = starts.select(pl.col("start").repeat_by("count").explode(empty_as_null=False))["start"]
        offset = draws.uniform(f"{name}/at", len(column)) * self.slice_us
        return column + offset.cast(pl.Int64)


def chunk_minutes(config: TrafficConfig) -> int:
    """The longest chunk whose records fit in memory at the busiest time of day."""
    busiest = max(HOUR_WEIGHTS) / sum(HOUR_WEIGHTS) * 24
    per_minute = config.events / config.days / DAY_MINUTES * busiest
    return next((m for m in CHUNK_MINUTES if m * per_minute <= LARGEST_CHUNK_EVENTS), CHUNK_MINUTES[-1])


def chunks(config: TrafficConfig) -> Iterator[Chunk]:
    """The run's chunks in time order, then endless empty ones, for what is still to be delivered."""
    minutes = chunk_minutes(config)
    weights = _hour_weights(config)
    total = sum(weights)
    start_us, chunk_us, slice_minutes = epoch_us(config.start_at), minutes * MINUTE_US, min(60, minutes)
    index = 0
    while True:
        first_us = start_us + index * chunk_us
        slice_starts = range(first_us, first_us + chunk_us, slice_minutes * MINUTE_US)
        hours = [(at, (at - start_us) // HOUR_US) for at in slice_starts]
        shares = tuple((at, weights[h] / total * slice_minutes / 60) for at, h in hours if h < len(weights))
        yield Chunk(index, first_us, first_us + chunk_us, slice_minutes * MINUTE_US, shares)
        index += 1


def _hour_weights(config: TrafficConfig) -> list[float]:
    noise = Draws(config.seed, "rhythm").uniform("hour", config.days * 24)
    first_weekday = config.start.weekday()
    return [
        HOUR_WEIGHTS[hour % 24]
        * WEEKDAY_WEIGHTS[(first_weekday + hour // 24) % 7]
        * (1 + HOURLY_NOISE * (2 * noise[hour] - 1))
        for hour in range(config.days * 24)
    ]
