"""Signals: the quantities that are watched, per feed, campaign and site, as data derived from the feeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.checks.measures import (
    amount_of,
    arrived_of,
    judged_of,
    late_of,
    nameless_of,
    people_of,
    priced_of,
    refused_of,
    repeated_of,
    rows_of,
)
from schemas.feed import Feed, Output


class SegmentKind(StrEnum):
    """What a series is about."""

    ALL = "all"
    """Everything of a table."""
    CAMPAIGN = "campaign"
    SITE = "site"
    FIELD = "field"
    """A field that the contract does not know; counted, not judged as a series."""


EVERYTHING = "all"
"""The segment of kind ALL."""

SEGMENT_COLUMNS = {SegmentKind.CAMPAIGN: "campaign_id", SegmentKind.SITE: "website"}


class SignalKind(StrEnum):
    """How a signal is compared with what is usual."""

    LEVEL = "level"
    """A count against the same hours of other days, scaled by what its neighbours do now."""
    RATE = "rate"
    """A part of a whole (clicks of impressions) against its usual share."""
    MEAN = "mean"
    """An amount per row against its usual mean."""


@dataclass(frozen=True)
class Signal:
    """One watched quantity.

    `numerator` and `denominator` are measures of `activity` (see the builders below). `falls` and `rises` are the
    smallest relative deviations that matter to a person (0.2 is 20 %); None means that direction never does.
    """

    name: str
    words: str
    kind: SignalKind
    numerator: str
    denominator: str | None
    segments: tuple[SegmentKind, ...]
    falls: float | None
    rises: float | None

    @property
    def table(self) -> str:
        """The silver table that the numerator counts."""
        return self.numerator.partition(":")[0]


ALL_SEGMENTS = (SegmentKind.ALL, SegmentKind.CAMPAIGN, SegmentKind.SITE)

SMALLEST_FALL = 0.2
"""A fifth of a feed is money; less is within what a promotion or a holiday does."""
SMALLEST_RISE = 0.6
"""Growth is seldom a fault, and launches are frequent."""
SMALLEST_RATE_FALL = 0.4
SMALLEST_RATE_RISE = 0.8
"""Rates of campaigns move more than volumes, and matter when they about halve or double."""
SMALLEST_MEAN_CHANGE = 0.5
"""A currency or unit slip is a factor; auctions alone seldom move a daily mean by half."""
SMALLEST_SHARE_RISE = 1.5
"""Nuisance shares (late, duplicate, refused, null) are small numbers; they matter when they more than double."""


def signals_of(feeds: Sequence[Feed]) -> tuple[Signal, ...]:
    """Every signal of the feeds, and the rates between their tables."""
    tables = {output.table for feed in feeds for output in feed.outputs}
    refused = [_refusals(feed) for feed in feeds]
    own = [signal for feed in feeds for output in feed.outputs for signal in _of_table(feed, output)]
    between = [rate for rate in BETWEEN_TABLES if {rate.table, rate.of_table} <= tables]
    return (*own, *refused, *(rate.signal for rate in between))


def _of_table(feed: Feed, output: Output) -> tuple[Signal, ...]:
    table = output.table
    signals = [
        Signal(
            f"{table} level", table.replace("_", " "), SignalKind.LEVEL, people_of(table), None, ALL_SEGMENTS,
            SMALLEST_FALL, SMALLEST_RISE,
        ),
        _nuisance(table, "late share", "share of late rows", late_of(table), arrived_of(table)),
        _nuisance(table, "duplicate share", "share of duplicates", repeated_of(table), arrived_of(table)),
        _nuisance(table, "null share", "share of rows without user", nameless_of(table), rows_of(table)),
    ]  # fmt: skip
    if feed.money_column is not None:
        signals.append(
            Signal(
                f"{table} amount",
                f"mean amount per row of {table}",
                SignalKind.MEAN,
                amount_of(table),
                priced_of(table),
                (SegmentKind.CAMPAIGN,),
                SMALLEST_MEAN_CHANGE / (1 + SMALLEST_MEAN_CHANGE),
                SMALLEST_MEAN_CHANGE,
            )
        )
    return tuple(signals)


def _nuisance(table: str, name: str, words: str, part: str, whole: str) -> Signal:
    """A share that only matters when it rises."""
    full_words = f"{words} of {table}".replace("_", " ")
    return Signal(
        f"{table} {name}", full_words, SignalKind.RATE, part, whole, ALL_SEGMENTS, None, SMALLEST_SHARE_RISE
    )


def _refusals(feed: Feed) -> Signal:
    name = f"{feed.name} refused share"
    words = f"share of refused records of {feed.name}"
    part, whole = refused_of(feed.name), judged_of(feed.name)
    return Signal(name, words, SignalKind.RATE, part, whole, (SegmentKind.ALL,), None, SMALLEST_SHARE_RISE)


@dataclass(frozen=True)
class RateBetween:
    """A rate whose numerator and denominator come from two tables."""

    name: str
    words: str
    table: str
    of_table: str
    segments: tuple[SegmentKind, ...]
    rises: float | None = SMALLEST_RATE_RISE

    @property
    def signal(self) -> Signal:
        """The signal that watches it."""
        return Signal(
            self.name,
            self.words,
            SignalKind.RATE,
            people_of(self.table),
            people_of(self.of_table),
            self.segments,
            SMALLEST_RATE_FALL,
            self.rises,
        )


UPSTREAM = {"impressions": "bid_requests", "clicks": "impressions", "conversions": "clicks"}
"""Which table's events lead to which: a fall upstream explains the fall below it."""

BETWEEN_TABLES = (
    RateBetween(
        "CTR", "click-through rate", "clicks", "impressions", (SegmentKind.ALL, SegmentKind.CAMPAIGN)
    ),
    # Conversions come days after clicks: where clicks end, the rate rises, and nothing is wrong.
    RateBetween(
        "CVR", "conversion rate", "conversions", "clicks", (SegmentKind.ALL, SegmentKind.CAMPAIGN), None
    ),
    RateBetween("win rate", "win rate", "impressions", "bid_requests", (SegmentKind.ALL, SegmentKind.SITE)),
)
