"""Money: amounts in the reporting currency, and conversions after refunds, restatements and retractions."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from advertisex_assets.explain.recount.facts import SpendFacts
from advertisex_assets.explain.recount.records import Row

DAY_US = 86_400_000_000
LONGEST_DAYS = 90
"""How long after a conversion it can be adjusted."""

COST = "cost_micros"


def with_cost(events: Iterable[Row], spend: SpendFacts) -> list[Row]:
    """The events, those that spend counts with COST; each rounded by itself, half to even."""
    return [event | {COST: _cost(event, spend)} if event["table"] == spend.table else event for event in events]


def _cost(event: Row, spend: SpendFacts) -> int | None:
    amount: int | None = event[spend.amount]
    if spend.where and event[spend.where[0]] != spend.where[1]:
        return None
    return round(Fraction(amount, 1000)) if spend.is_per_mille and amount is not None else amount


def in_reporting_currency(events: Iterable[Row], rates: list[Row]) -> list[Row]:
    """The events with their amount exchanged by the rate that held when their UTC day began.

    rates: currency, reporting_currency, rate, valid_from, valid_to. Without any all stays as it is; an amount that has
    no rate loses its currency.
    """
    found = []
    for event in events:
        name = COST if COST in event else "revenue_micros"
        if name not in event:
            found.append(event)
            continue
        amount, currency = exchanged(event[name], event["currency"], event["event_at"], rates)
        found.append(event | {name: amount, "currency": currency})
    return found


def exchanged(
    amount: int | None, currency: str | None, moment: int, rates: list[Row]
) -> tuple[int | None, str | None]:
    """One amount and its currency."""
    if not rates or currency == rates[0]["reporting_currency"]:
        return amount, currency
    midnight = moment - moment % DAY_US
    for rate in rates:
        begun = rate["valid_from"] is None or rate["valid_from"] <= midnight
        holds = begun and (rate["valid_to"] is None or midnight < rate["valid_to"])
        if rate["currency"] == currency and holds:
            return _rounded(amount, Fraction(rate["rate"])), rate["reporting_currency"]
    return amount, None


def _rounded(amount: int | None, rate: Fraction) -> int | None:
    """To whole micros, halves away from zero."""
    if amount is None:
        return None
    size = int(abs(amount) * rate + Fraction(1, 2))
    return size if amount >= 0 else -size


def adjusted(conversions: Iterable[Row], adjustments: Iterable[Row], rates: list[Row]) -> list[Row]:
    """The conversions as they stand after the adjustments that name them; retracted ones are left out.

    Conversions are in the reporting currency, adjustments as stated: each is valued at the conversion's date.
    """
    naming: dict[Any, list[Row]] = defaultdict(list)
    for one in adjustments:
        naming[one["adjusted_conversion_id"]].append(one)
    stand = (_after(one, naming[one["id"]], rates) for one in conversions)
    return [one for one in stand if one is not None]


def _after(conversion: Row, adjustments: list[Row], rates: list[Row]) -> Row | None:
    value = conversion["revenue_micros"]
    for one in sorted(adjustments, key=lambda one: (one["event_at"], str(one["id"]))):
        days = one["event_at"] // DAY_US - conversion["event_at"] // DAY_US
        if not 0 <= days <= LONGEST_DAYS:
            continue
        kind = one["conversion_type"]
        if kind == "retraction":
            return None
        amount, currency = exchanged(one["revenue_micros"], one["currency"], conversion["event_at"], rates)
        if currency != conversion["currency"] or currency is None:
            continue
        value = (amount or 0) if kind == "restatement" else (value or 0) - abs(amount or 0)
    return conversion | {"revenue_micros": value}
