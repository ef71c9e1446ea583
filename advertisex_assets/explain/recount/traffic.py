"""Traffic: which events no person can have made, by the plain words of the rules (MRC, general invalid traffic)."""

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import ua_parser
from crawleruseragents import CRAWLER_USER_AGENTS_DATA  # type: ignore[import-untyped]

from advertisex_assets.explain.recount.facts import TrafficFacts
from advertisex_assets.explain.recount.records import Row

Key = tuple[str, Any, Any]
"""Table, date and id of an event."""


def invalid_events(events: Iterable[Row], facts: TrafficFacts) -> dict[Key, set[str]]:
    """The reasons of every invalid event; right for events that have all others within the lookback beside them."""
    return _Traffic(list(events), facts).reasons()


def key_of(event: Row) -> Key:
    """What names an event."""
    return event["table"], event["event_date"], event["id"]


class _Traffic:
    """The events, found by what the rules compare."""

    def __init__(self, events: list[Row], facts: TrafficFacts) -> None:
        self.facts = facts
        self.by_table = {name: [e for e in events if e["table"] == name] for name in TABLES}
        self.shown_by_id = _grouped(self.by_table["impressions"], "impression_id")
        self.shown_to = _grouped(self.by_table["impressions"], "user_id")
        self.clicks_by_id = _grouped(self.by_table["clicks"], "click_id")
        self.clicks_of = _grouped(self.by_table["clicks"], "user_id", "campaign_id")
        self.networks = [ipaddress.ip_network(text) for text in facts.data_centres]
        self.known_addresses: dict[str, bool] = {}

    def reasons(self) -> dict[Key, set[str]]:
        """By event."""
        found: dict[Key, set[str]] = defaultdict(set)
        for table in self.by_table.values():
            for event in table:
                found[key_of(event)].update(self._by_itself(event))
        for click in self.by_table["clicks"]:
            found[key_of(click)].update(self._beside_impressions(click))
        for code, clicks in (("click_flood", self._floods()), ("duplicate_click", self._repeated())):
            for click in clicks:
                found[key_of(click)].add(code)
        invalid = {key for key, codes in found.items() if codes}
        for conversion in self.by_table["conversions"]:
            if self._too_fast(conversion):
                found[key_of(conversion)].add("conversion_too_fast")
            if self._caused_by_any(conversion, invalid):
                found[key_of(conversion)].add("conversion_of_invalid_click")
        return {key: codes for key, codes in found.items() if codes}

    def _by_itself(self, event: Row) -> Iterator[str]:
        if event.get("user_agent") is not None and is_crawler(event["user_agent"]):
            yield "known_bot"
        if event.get("ip") is not None and self._is_data_centre(event["ip"]):
            yield "data_centre"

    def _is_data_centre(self, address: str) -> bool:
        if address not in self.known_addresses:
            number = ipaddress.ip_address(address)
            self.known_addresses[address] = any(
                number.version == network.version and number in network for network in self.networks
            )
        return self.known_addresses[address]

    def _shown_for(self, click: Row) -> Row | None:
        """The latest impression that the click names, if it was served around then."""
        named = [
            shown
            for shown in self.shown_by_id.get((click["impression_id"],), [])
            if abs(click["event_at"] - shown["event_at"]) <= self.facts.lookback_us
        ]
        return max(named, key=lambda shown: shown["event_at"], default=None)

    def _beside_impressions(self, click: Row) -> Iterator[str]:
        shown = self._shown_for(click)
        if shown is None:
            names_any = click["user_id"] is not None or click["impression_id"] is not None
            if names_any and not self._has_seen_any(click):
                yield "click_without_impression"
            return
        age_us = click["event_at"] - shown["event_at"]
        if age_us < -self.facts.tolerance_us:
            yield "click_before_impression"
        if 0 <= age_us < self.facts.fastest_click_us:
            yield "click_too_fast"
        if any(self._by_itself(shown)):
            yield "click_on_invalid_impression"

    def _has_seen_any(self, click: Row) -> bool:
        ahead, back = -self.facts.tolerance_us, self.facts.lookback_us - self.facts.tolerance_us
        ages = (click["event_at"] - shown["event_at"] for shown in self.shown_to.get((click["user_id"],), []))
        return any(ahead <= age_us <= back for age_us in ages)

    def _floods(self) -> Iterator[Row]:
        clicks = self.by_table["clicks"]
        shown = ((click, self._shown_for(click)) for click in clicks)
        by_address = [click | {"actor": impression.get("ip")} for click, impression in shown if impression]
        by_user = [click | {"actor": click["user_id"]} for click in clicks]
        yield from self._more_than(self.facts.most_per_user, by_user)
        yield from self._more_than(self.facts.most_per_address, by_address)

    def _more_than(self, most: int, clicks: list[Row]) -> Iterator[Row]:
        for same in _grouped(clicks, "actor").values():
            ordered = sorted(same, key=lambda click: click["event_at"])
            for first in ordered:
                ages = ((click, click["event_at"] - first["event_at"]) for click in ordered)
                within = [click for click, age_us in ages if 0 <= age_us <= self.facts.flood_us]
                if len(within) > most:
                    yield from within

    def _repeated(self) -> Iterator[Row]:
        for names in (("user_id", "campaign_id", "creative_id"), ("impression_id",)):
            for same in _grouped(self.by_table["clicks"], *names).values():
                ordered = sorted(same, key=lambda click: click["event_at"])
                for before, click in pairwise(ordered):
                    if click["event_at"] - before["event_at"] <= self.facts.duplicate_us:
                        yield click

    def _too_fast(self, conversion: Row) -> bool:
        """Whether the click that it names, or any of its user's on the campaign, was only just before."""
        if conversion["click_id"] is not None:
            causes = self.clicks_by_id.get((conversion["click_id"],), [])
        else:
            causes = self.clicks_of.get((conversion["user_id"], conversion["campaign_id"]), [])
        ages = (conversion["event_at"] - click["event_at"] for click in causes)
        return any(0 <= age_us < self.facts.fastest_conversion_us for age_us in ages)

    def _caused_by_any(self, conversion: Row, invalid: set[Key]) -> bool:
        """Whether a click that it names, within the lookback before it, is invalid."""
        named = self.clicks_by_id.get((conversion["click_id"],), [])
        ages = ((click, conversion["event_at"] - click["event_at"]) for click in named)
        reach = -self.facts.tolerance_us, self.facts.lookback_us
        return any(reach[0] <= age_us <= reach[1] and key_of(click) in invalid for click, age_us in ages)


TABLES = ("impressions", "clicks", "conversions")


def _grouped(events: Iterable[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    """By the values of those columns, rows without one of them left out."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for event in events:
        values = tuple(event[name] for name in names)
        if None not in values:
            groups[values].append(event)
    return groups


@lru_cache(maxsize=100_000)
def is_crawler(user_agent: str) -> bool:
    """Whether a public list, or ua-parser, calls it a crawler."""
    device = ua_parser.parse(user_agent).device
    listed = any(pattern.search(user_agent) for pattern in _crawlers())
    return listed or (device is not None and device.family == "Spider")


@cache
def _crawlers() -> list[re.Pattern[str]]:
    return [re.compile(entry["pattern"]) for entry in CRAWLER_USER_AGENTS_DATA]
