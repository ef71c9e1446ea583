"""Which touch should get which credit, in plain Python over the accepted records: slow, simple and independent.

The rules are those of the attribution contract: a touch is a click, or an impression that was not reported as unseen;
it is of the same user, at or before the conversion, at most 30 days old (a click) or 1 day (a view), and not of
another known advertiser. Touches that carry the conversion's click_id come before those that carry its impression_id,
and these before the user's other touches: only the strongest link competes. A click beats a view.
Not here: reading the truth (`truth_tables`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

CREDIT_MICROS = 1_000_000
DAY_US = 86_400_000_000
WINDOW_US = {"click": 30 * DAY_US, "view": DAY_US}
LAST_CLICK, LINEAR = "last_click", "linear"
UNATTRIBUTED = "unattributed"


class Event(NamedTuple):
    """A touch or a conversion; `kind` is click, view or conversion. `file` and `ordinal` name its record."""

    kind: str
    event_id: str | None
    at_us: int
    user_id: str | None
    advertiser_id: str | None
    impression_id: str | None
    click_id: str | None
    file: str
    ordinal: int


class Credit(NamedTuple):
    """What one touch gets of one conversion under one model; no touch (None) means unattributed."""

    conversion: Event
    touch: Event | None
    model: str
    credit_micros: int


@dataclass
class Touches:
    """Touches by what may link them to a conversion."""

    by_click: defaultdict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    by_impression: defaultdict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    by_user: defaultdict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))

    def add(self, touch: Event) -> None:
        """Index one touch."""
        for index, key in (
            (self.by_click, touch.click_id),
            (self.by_impression, touch.impression_id),
            (self.by_user, touch.user_id),
        ):
            if key is not None:
                index[key].append(touch)

    def competing_for(self, conversion: Event) -> list[Event]:
        """The touches that share the conversion, the earliest first."""
        tiers = (
            self.by_click.get(conversion.click_id or "", []),
            self.by_impression.get(conversion.impression_id or "", []),
            self.by_user.get(conversion.user_id or "", []),
        )
        allowed = next(
            (found for tier in tiers if (found := [t for t in tier if _may_earn(t, conversion)])), []
        )
        clicks = [touch for touch in allowed if touch.kind == "click"]
        return sorted(clicks or allowed, key=lambda t: (t.at_us, t.event_id or "", t.file, t.ordinal))


def credits(conversions: Iterable[Event], touches: Touches) -> Iterator[Credit]:
    """The credit of every conversion under last_click and linear; each model's credits sum to CREDIT_MICROS."""
    for conversion in conversions:
        path = touches.competing_for(conversion)
        last = path[-1] if path and path[-1].kind == "click" else None
        yield Credit(conversion, last, LAST_CLICK, CREDIT_MICROS)
        if not path:
            yield Credit(conversion, None, LINEAR, CREDIT_MICROS)
        for place, touch in enumerate(path):
            # What does not divide evenly goes to the earliest touches, a micro-credit each.
            share = CREDIT_MICROS // len(path) + (place < CREDIT_MICROS % len(path))
            yield Credit(conversion, touch, LINEAR, share)


def _may_earn(touch: Event, conversion: Event) -> bool:
    age_us = conversion.at_us - touch.at_us
    advertisers = {touch.advertiser_id, conversion.advertiser_id} - {None}
    return 0 <= age_us <= WINDOW_US[touch.kind] and len(advertisers) < 2
