"""Freshness: whether data is as recent as its feed promises, judged by event time and never by the last run."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.feed import Feed

BEHIND_AFTER = timedelta(minutes=15)
"""Silver takes seconds once rows have landed; after a quarter of an hour something holds it up."""


@dataclass(frozen=True)
class Staleness:
    """Data that is later than promised: complete to `complete_to` only, `late_by` more than it may be."""

    complete_to: datetime
    age: timedelta
    allowed: timedelta

    @property
    def late_by(self) -> timedelta:
        """How much later than promised."""
        return self.age - self.allowed


def staleness(feed: Feed, watermark: datetime | None, now: datetime) -> Staleness | None:
    """How late a feed is; None when it is as fresh as promised, or never brought anything."""
    if watermark is None:
        return None
    complete_to = watermark - feed.watermark_delay
    found = Staleness(complete_to, now - complete_to, feed.freshness)
    return found if found.late_by > timedelta(0) else None


def is_behind(oldest_unread: datetime | None, now: datetime) -> bool:
    """Whether landed rows wait for silver for too long."""
    return oldest_unread is not None and now - oldest_unread > BEHIND_AFTER
