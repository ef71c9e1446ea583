"""Plain oracle of exchange: one amount at a time, exactly, importing nothing of ours."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
DAY_US = 86_400 * 10**6


def exchanged(
    amount: int | None, currency: str | None, at: int, rates: Iterable[Row]
) -> tuple[int | None, str | None]:
    """The amount and its currency after exchange; rates hold on [valid_from, valid_to), None for an open end."""
    rates = list(rates)
    if not rates or currency == rates[0]["reporting_currency"]:
        return amount, currency
    midnight = at - at % DAY_US
    for rate in rates:
        begun = rate["valid_from"] is None or rate["valid_from"] <= midnight
        if (
            rate["currency"] == currency
            and begun
            and (rate["valid_to"] is None or midnight < rate["valid_to"])
        ):
            return _rounded(amount, Fraction(rate["rate"], 10**9)), rate["reporting_currency"]
    return amount, None


def _rounded(amount: int | None, rate: Fraction) -> int | None:
    """Halves go away from zero."""
    if amount is None:
        return None
    size = int(abs(amount) * rate + Fraction(1, 2))
    return size if amount >= 0 else -size
