"""Count: the numbers of one cell of a performance mart, from bronze rows."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from advertisex_assets.explain.recount.events import Judged, Reference, judged, said, standing, with_campaign
from advertisex_assets.explain.recount.facts import FeedFacts, SpendFacts, TrafficFacts
from advertisex_assets.explain.recount.money import COST, adjusted, in_reporting_currency, with_cost
from advertisex_assets.explain.recount.records import Row
from advertisex_assets.explain.recount.traffic import invalid_events, key_of

RATES = {
    "ctr": ("clicks", "impressions", 1),
    "cvr": ("conversions", "clicks", 1),
    "viewability": ("viewable_impressions", "measured_impressions", 1),
    "cpm_micros": ("spend_micros", "impressions", 1000),
    "cpc_micros": ("spend_micros", "clicks", 1),
    "cpa_micros": ("spend_micros", "conversions", 1),
    "roas": ("revenue_micros", "spend_micros", 1),
}
"""Numerator, denominator and factor, said again."""

HOUR_US = 3_600_000_000

Naming = Callable[[list[str]], Mapping[str, Iterable[Row]]]


@dataclass(frozen=True)
class Recounted:
    """The numbers of a cell (rates as fractions), and on its date the refused by code and those that lost."""

    numbers: Mapping[str, Any]
    refused: Mapping[str, int]
    duplicates: int
    conflicts: int


def recount(
    rows: Mapping[str, Iterable[Row]],
    feeds: Mapping[str, FeedFacts],
    reference: Reference,
    traffic: TrafficFacts,
    spend: SpendFacts,
    cell: Mapping[str, Any],
    naming: Naming,
) -> Recounted:
    """Counts a cell (`event_date`, `campaign_id`, and `hour`, `creative_id` or `website` where it has them).

    rows: by feed, the bronze rows around the date, times in microseconds. reference: rows of creatives and campaigns
    (see `with_campaign`) and of exchange_rates. naming: finds later rows, by feed, whose bytes hold one of some ids.
    """
    day: date = cell["event_date"]
    events: list[Row] = []
    refused: dict[str, int] = {}
    lost: list[bool] = []
    for name, feed in feeds.items():
        records = list(judged(feed, rows[name]))
        standing_events, losers = standing(feed, records)
        placed = with_cost(with_campaign(standing_events, reference), spend)
        events += in_reporting_currency(placed, reference.get("exchange_rates", []))
        lost += [said(feed, one) == said(feed, other) for one, other in losers if one.day == day]
        _count_refusals(records, day, refused)
    invalid = invalid_events(events, traffic)
    mine = _adjusted([event for event in events if _is_in(event, cell)], feeds, reference, naming)
    numbers = measured(mine, {key_of(event) for event in mine if key_of(event) in invalid})
    return Recounted(numbers, refused, sum(lost), len(lost) - sum(lost))


def _adjusted(
    events: list[Row], feeds: Mapping[str, FeedFacts], reference: Reference, naming: Naming
) -> list[Row]:
    """The events, conversions among them as they stand after adjustments that came since."""
    sold = [event for event in events if event["table"] == "conversions"]
    changes: list[Row] = []
    for name, rows in naming([event["id"] for event in sold if isinstance(event["id"], str)]).items():
        found, _ = standing(feeds[name], judged(feeds[name], rows))
        changes += [event for event in found if event["table"] == "conversion_adjustments"]
    others = [event for event in events if event["table"] != "conversions"]
    return others + adjusted(sold, changes, reference.get("exchange_rates", []))


def _count_refusals(records: Iterable[Judged], day: date, refused: dict[str, int]) -> None:
    for record in records:
        if record.codes and record.day == day:
            code = ", ".join(record.codes)
            refused[code] = refused.get(code, 0) + 1


def _is_in(event: Row, cell: Mapping[str, Any]) -> bool:
    own = event | {
        "hour": event["event_at"] // HOUR_US % 24,
        "website": event["website"] if event["website"] is not None else "(unassigned)",
    }
    return all(own[name] == value for name, value in cell.items())


def measured(events: list[Row], invalid: set[Any]) -> dict[str, Any]:
    """Every number of the events of a cell."""
    kinds: dict[str, list[Row]] = defaultdict(list)
    for event in events:
        kinds[event["table"]].append(event)
    shown, clicks, conversions = kinds["impressions"], kinds["clicks"], kinds["conversions"]
    valid = [event for event in shown if key_of(event) not in invalid]
    costs = [event for event in events if event.get(COST) is not None]
    billed = [event for event in costs if key_of(event) not in invalid]
    gains = [event for event in conversions if event["revenue_micros"] is not None]
    currencies = {event["currency"] for event in costs + gains} - {None}
    currency = min(currencies, default=None)
    numbers: dict[str, Any] = {
        "impressions": len(shown),
        "valid_impressions": len(valid),
        "billable_impressions": len(billed),
        "measured_impressions": sum(event["viewable_ms"] is not None for event in shown),
        "viewable_impressions": sum((event["viewable_ms"] or 0) >= 1000 for event in shown),
        "clicks": len(clicks),
        "valid_clicks": sum(key_of(event) not in invalid for event in clicks),
        "conversions": len(conversions),
        "valid_conversions": sum(key_of(event) not in invalid for event in conversions),
        "engagements": len(kinds["engagements"]),
        "currency": currency,
        "spend_micros": _sum(costs, COST, currency),
        "billable_spend_micros": _sum(billed, COST, currency),
        "revenue_micros": _sum(gains, "revenue_micros", currency),
        "money_rows": len(costs) + len(gains),
        "money_rows_left_out": sum(not _counts(event, currency) for event in costs + gains),
    }
    return numbers | {name: _rate(numbers, *parts) for name, parts in RATES.items()}


def _sum(events: Iterable[Row], amount: str, currency: str | None) -> int:
    return sum(event[amount] for event in events if _counts(event, currency))


def _counts(event: Row, currency: str | None) -> bool:
    """An amount without currency could not be exchanged: it is in no sum."""
    return event["currency"] is not None and event["currency"] == currency


def _rate(numbers: Mapping[str, Any], numerator: str, denominator: str, factor: int) -> Fraction | None:
    below = numbers[denominator]
    return Fraction(numbers[numerator] * factor, below) if below else None
