"""Planted faults: what an incident does to the events of its feed. Not here: the choice of incidents (`config`)."""

from collections.abc import Callable

import polars as pl

from resources.sample_traffic.config import FaultKind, PlantedFault, epoch_us
from resources.sample_traffic.copies import DUPLICATE, ORIGINAL
from resources.sample_traffic.draws import mixed_uniform

CLOCK_SKEW_US = -3 * 3_600_000_000
"""A server on the wrong time zone: its events look three hours old."""

CURRENCY_SLIP = 150
"""Amounts arrive in yen, labelled as before."""

REPEATED_AFTER_US = 2_000_000
"""A second consumer group forwards everything once more, two seconds behind."""

CTR_FACTOR = 3.0
DROPPED_SHARE = 0.3


def affected(fault: PlantedFault) -> pl.Expr:
    """True for the rows (event_at, campaign_target, website) that the fault reaches."""
    during = pl.col("event_at").is_between(epoch_us(fault.start), epoch_us(fault.end), closed="left")
    if fault.campaign_or_site is None:
        return during
    target = pl.lit(fault.campaign_or_site)
    return during & (pl.col("campaign_target").eq_missing(target) | pl.col("website").eq_missing(target))


def _drop(frame: pl.DataFrame, hit: pl.Expr) -> pl.DataFrame:
    return frame.filter(~hit)


def _thin(frame: pl.DataFrame, hit: pl.Expr) -> pl.DataFrame:
    return frame.filter(~(hit & (mixed_uniform(pl.col("seq"), salt=9) < DROPPED_SHARE)))


def _repeat(frame: pl.DataFrame, hit: pl.Expr) -> pl.DataFrame:
    again = frame.filter(hit & (pl.col("copy") == ORIGINAL))
    later = pl.col("delivered_at") + REPEATED_AFTER_US
    return pl.concat([frame, again.with_columns(delivered_at=later, copy=pl.lit(DUPLICATE))])


def _skew(frame: pl.DataFrame, hit: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(event_at=pl.col("event_at") + pl.when(hit).then(CLOCK_SKEW_US).otherwise(0))


def _slip(frame: pl.DataFrame, hit: pl.Expr) -> pl.DataFrame:
    amounts = [name for name in ("price_micros", "revenue_micros", "bid_micros") if name in frame.columns]
    factor = pl.when(hit).then(CURRENCY_SLIP).otherwise(1)
    return frame.with_columns(pl.col(name) * factor for name in amounts)


def _nothing(frame: pl.DataFrame, hit: pl.Expr) -> pl.DataFrame:
    return frame


EFFECTS: dict[FaultKind, Callable[[pl.DataFrame, pl.Expr], pl.DataFrame]] = {
    FaultKind.DROP_TO_ZERO: _drop,
    FaultKind.SITE_GONE: _drop,
    FaultKind.DROP_30_PERCENT: _thin,
    FaultKind.DUPLICATED_STREAM: _repeat,
    FaultKind.CLOCK_SKEW: _skew,
    FaultKind.CURRENCY_SLIP: _slip,
    FaultKind.CTR_TRIPLED: _nothing,
}
"""What each kind does to rows that exist already; a tripled CTR makes new ones instead (`ctr_factor`)."""


def plant(frame: pl.DataFrame, feed: str, faults: tuple[PlantedFault, ...]) -> pl.DataFrame:
    """Apply a feed's faults to what would have been delivered without them; nothing else changes."""
    for fault in faults:
        if fault.feed == feed:
            frame = EFFECTS[fault.kind](frame, affected(fault))
    return frame


def ctr_factor(faults: tuple[PlantedFault, ...]) -> pl.Expr:
    """Float64: by how much an impression's chance of a click is multiplied, whichever feed the fault names."""
    factor = pl.lit(1.0)
    for fault in faults:
        if fault.kind is FaultKind.CTR_TRIPLED:
            factor = factor * pl.when(affected(fault)).then(CTR_FACTOR).otherwise(1.0)
    return factor
