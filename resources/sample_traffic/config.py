"""What to generate: sizes, rates and planted faults. Not here: how any of it is made."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

EVENTS_PER_USER = 30
"""Delivered records per user unless `users` says otherwise: enough for journeys of several touches."""

SMALLEST_RUN = 1_000
"""Below this the rates round to nothing and the traffic is no longer believable."""

FIRST_CAMPAIGN_ID = 101
"""Campaign ids count up from here, so that they never look like row numbers."""

BROKEN_CAMPAIGN_ID = str(FIRST_CAMPAIGN_ID + 1)
"""The campaign whose click and conversion tracking stops at noon (see `TrafficConfig.broken_tracking`)."""

FEEDS = ("impressions", "clicks_conversions", "bid_requests")


class FaultKind(StrEnum):
    """What a planted fault does to the records of its feed and target between its start and end."""

    DROP_TO_ZERO = "drop_to_zero"
    DROP_30_PERCENT = "drop_30_percent"
    CTR_TRIPLED = "ctr_tripled"
    SITE_GONE = "site_gone"
    DUPLICATED_STREAM = "duplicated_stream"
    CLOCK_SKEW = "clock_skew"
    CURRENCY_SLIP = "currency_slip"


@dataclass(frozen=True)
class PlantedFault:
    """An incident that a watcher should notice.

    `campaign_or_site` is a campaign id or a site's domain; None means the whole feed. The interval is half-open, in
    event time, UTC. Raises ValueError when the kind or feed is unknown or the interval is empty.
    """

    kind: FaultKind
    feed: str
    campaign_or_site: str | None
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", FaultKind(self.kind))
        if self.feed not in FEEDS:
            raise ValueError(f"feed must be one of {', '.join(FEEDS)}, not {self.feed!r}")
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("start and end of a planted fault need a time zone")
        if self.start >= self.end:
            raise ValueError("a planted fault must end after it starts")


@dataclass(frozen=True)
class TrafficConfig:
    """A run of sample traffic; the same values give the same bytes.

    events: delivered records in all, approximate (within a few percent). start, days: the UTC days in which events
    happen; late ones are delivered up to three days afterwards. users: None means one per thirty events. Rates are
    shares of the records of each feed. `broken_tracking` stops one campaign's clicks and conversions at noon of the
    middle day. Raises ValueError when a value makes no traffic.
    """

    seed: int = 1
    events: int = 20_000
    start: date = date(2026, 3, 2)
    days: int = 7
    campaigns: int = 12
    users: int | None = None
    malformed_rate: float = 0.02
    duplicate_rate: float = 0.02
    conflict_rate: float = 0.005
    late_rate: float = 0.03
    bot_rate: float = 0.01
    broken_tracking: bool = True
    planted_faults: tuple[PlantedFault, ...] = ()

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, not {self.seed}")
        if self.events < SMALLEST_RUN:
            raise ValueError(f"events must be at least {SMALLEST_RUN:,}, not {self.events:,}")
        if self.days < 1 or self.campaigns < 2 or (self.users is not None and self.users < 10):
            raise ValueError("traffic needs at least 1 day, 2 campaigns and 10 users")
        for name in ("malformed_rate", "duplicate_rate", "conflict_rate", "late_rate", "bot_rate"):
            if not 0 <= getattr(self, name) <= 0.5:
                raise ValueError(f"{name} must be between 0 and 0.5, not {getattr(self, name)}")

    @property
    def user_count(self) -> int:
        """How many people there are, bots not counted."""
        return self.users or self.events // EVENTS_PER_USER

    @property
    def start_at(self) -> datetime:
        """The first instant of traffic."""
        return datetime(self.start.year, self.start.month, self.start.day, tzinfo=UTC)

    @property
    def end_at(self) -> datetime:
        """The first instant after the traffic."""
        return self.start_at + timedelta(days=self.days)

    @property
    def faults(self) -> tuple[PlantedFault, ...]:
        """The planted faults with the broken tracking among them."""
        if not self.broken_tracking:
            return self.planted_faults
        noon = self.start_at + timedelta(days=self.days // 2, hours=12)
        broken = PlantedFault(
            FaultKind.DROP_TO_ZERO, "clicks_conversions", BROKEN_CAMPAIGN_ID, noon, self.end_at
        )
        return (*self.planted_faults, broken)


def epoch_us(instant: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, without passing through a float."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
