"""From what happened to what is delivered: late, spoilt, or odd.

Not here: copies (`copies`), incidents (`planted`), the writing (`dialect`), the verdict (`truth`).
"""

from dataclasses import dataclass, field

import polars as pl

from resources.sample_traffic.config import TrafficConfig, epoch_us
from resources.sample_traffic.copies import ORIGINAL, with_copies
from resources.sample_traffic.dialect import WireFeed
from resources.sample_traffic.draws import Draws
from resources.sample_traffic.malformations import NO_MALFORMATION
from resources.sample_traffic.planted import plant
from resources.sample_traffic.population import PLACEHOLDER_RATE, PLACEHOLDERS, user_ids
from resources.sample_traffic.rhythm import HOUR_US, LATEST_US

USUAL_LATENCY_US = 8e6
LATE_MEAN_US = 6.0 * HOUR_US
"""Late records are hours late on average."""


ODD_RATE = 0.01

BAD_WEBSITE, BAD_IP, BAD_COUNTRY = "homepage banner", "999.1.1.1", "Utopia"
"""Values that are kept and flagged."""


@dataclass
class FeedDelivery:
    """One feed's way to the lake: what is still under way, and how many records were spoilt so far."""

    feed: WireFeed
    config: TrafficConfig
    pending: list[pl.DataFrame] = field(default_factory=list)
    malformed: int = 0

    def send(self, events: pl.DataFrame, draws: Draws) -> None:
        """Put a chunk's events (event_at, seq, user, producer, ... ) on their way."""
        rows = events.filter(pl.col("event_at") < epoch_us(self.config.end_at))
        count = len(rows)
        rows = rows.with_columns(
            malformation=self._malformations(draws, count),
            device_key=user_ids(pl.col("user")),
            is_bot=pl.col("user") >= self.config.user_count,
            placeholder=pl.when(draws.chance("nobody", count, PLACEHOLDER_RATE)).then(
                pl.Series(PLACEHOLDERS).gather(draws.integers("placeholder", count, len(PLACEHOLDERS)))
            ),
        )
        rows = _odd(self._in_dialect(rows), draws)
        sent = with_copies(_delivered(rows, draws, self.config), draws, self.feed, self.config)
        planted = plant(sent, self.feed.name, self.config.faults)
        self.pending.append(
            planted.with_columns(user_text=pl.coalesce("placeholder", user_ids(pl.col("user"))))
        )

    def take(self, until_us: int) -> pl.DataFrame:
        """What arrives before `until_us`, in the order of arrival."""
        if not self.pending:
            return pl.DataFrame()
        rows = pl.concat(self.pending)
        arrived = pl.col("delivered_at") < until_us
        # Copied through Arrow: a filtered column of strings may hold on to the buffers of all rows of its chunk.
        rest = pl.DataFrame(rows.filter(~arrived).to_arrow(compat_level=pl.CompatLevel.oldest()))
        self.pending = [rest] if len(rest) else []
        return rows.filter(arrived).sort("delivered_at", "seq", "origin", "copy")

    def _malformations(self, draws: Draws, count: int) -> pl.Expr:
        """Each malformed record takes the next kind in turn, so that even small runs have all of them."""
        spoilt = draws.chance("malformed", count, self.config.malformed_rate)
        first, kinds = self.malformed, len(self.feed.malformations)
        self.malformed += int(spoilt.sum())
        return (
            pl.when(spoilt)
            .then((spoilt.cast(pl.Int64).cum_sum() - 1 + first) % kinds)
            .otherwise(NO_MALFORMATION)
        )

    def _in_dialect(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Give a record the dialect that its malformation needs, and its time the precision of its dialect."""
        needs = {i: m.dialect for i, m in enumerate(self.feed.malformations) if m.dialect is not None}
        producer = pl.col("malformation").replace_strict(needs, default=None, return_dtype=pl.Int64)
        steps = {i: dialect.time_step_us for i, dialect in enumerate(self.feed.dialects)}
        step = pl.col("producer").replace_strict(steps, return_dtype=pl.Int64)
        return rows.with_columns(producer=pl.coalesce(producer, "producer")).with_columns(
            event_at=pl.col("event_at") - pl.col("event_at") % step
        )


def _odd(rows: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Some values that no one should send but that keep no row out."""
    bad = {"website": BAD_WEBSITE, "ip": BAD_IP, "country": BAD_COUNTRY}
    return rows.with_columns(
        pl.when(draws.chance(f"odd/{name}", len(rows), ODD_RATE))
        .then(pl.lit(value))
        .otherwise(name)
        .alias(name)
        for name, value in bad.items()
        if name in rows.columns and rows[name].null_count() < len(rows)
    )


def _delivered(rows: pl.DataFrame, draws: Draws, config: TrafficConfig) -> pl.DataFrame:
    count = len(rows)
    late = draws.exponential("late/wait", count, LATE_MEAN_US).clip(upper_bound=LATEST_US)
    usual = draws.exponential("latency", count, USUAL_LATENCY_US)
    delay = usual + pl.when(draws.chance("late", count, config.late_rate)).then(late).otherwise(0.0)
    return rows.with_columns(delivered_at=pl.col("event_at") + delay.cast(pl.Int64), copy=pl.lit(ORIGINAL))
