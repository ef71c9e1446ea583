"""Records that arrive more than once: exact duplicates, and conflicts that share an id only.

Not here: the first delivery (`delivery`), streams that repeat as a whole (`planted`).
"""

import polars as pl

from resources.sample_traffic.config import TrafficConfig
from resources.sample_traffic.dialect import WireFeed
from resources.sample_traffic.draws import Draws
from resources.sample_traffic.malformations import NO_MALFORMATION
from resources.sample_traffic.rhythm import HOUR_US, LATEST_US

RETRY_US = 20e6
REPLAY_US = 8.0 * HOUR_US
REPLAY_RATE = 0.2
"""Most duplicates are retries within a minute; this share is a batch sent again hours later."""

ORIGINAL, DUPLICATE, CONFLICT = 0, 1, 2
"""Values of `copy`. Copies follow their original, so the original always wins."""


def with_copies(rows: pl.DataFrame, draws: Draws, feed: WireFeed, config: TrafficConfig) -> pl.DataFrame:
    """The rows, and after them those that arrive again: exactly, or with the same id and another content."""
    count = len(rows)
    retry = draws.exponential("retry", count, RETRY_US)
    replay = draws.exponential("replay", count, REPLAY_US).clip(upper_bound=LATEST_US)
    wait = pl.when(draws.chance("is_replay", count, REPLAY_RATE)).then(replay).otherwise(retry).cast(pl.Int64)
    again = rows.with_columns(delivered_at=pl.col("delivered_at") + wait, copy=pl.lit(DUPLICATE))
    sound = (rows["malformation"] == NO_MALFORMATION) & rows[feed.key].is_not_null()
    contradicted = draws.chance("conflict", count, config.conflict_rate) & sound
    return pl.concat(
        [
            rows,
            again.filter(draws.chance("duplicate", count, config.duplicate_rate)),
            # Same id, another person: no two systems could agree on such a record.
            again.filter(contradicted).with_columns(
                copy=pl.lit(CONFLICT), user=pl.col("user") + 1, placeholder=pl.lit(None, pl.String)
            ),
        ]
    )
