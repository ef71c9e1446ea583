"""Brute-force oracle of attribution: plain Python over dicts, one conversion at a time, importing nothing of ours.

It states the rules of `gold.attribution` a second time, by Fractions and sorting, so that it can disagree. Touches and
conversions are dicts with the field names of the input contracts; times and money are ints (microseconds, micros).
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
MODELS = ("last_click", "last_touch", "first_touch", "linear", "position_based", "time_decay")
HOUR_US = 3600 * 10**6


def attribute(touches: Iterable[Row], conversions: Iterable[Row], touch_cap: int = 50) -> list[Row]:
    """Every row of gold.attribution, in no promised order."""
    touches = list(touches)
    return [row for conversion in conversions for row in _one_conversion(touches, conversion, touch_cap)]


def candidates(touches: Iterable[Row], conversion: Row) -> list[Row]:
    """The touches allowed for a conversion, before any competition."""
    return [touch for touch in touches if _allowed(touch, conversion)]


def competing(touches: Iterable[Row], conversion: Row) -> tuple[list[Row], list[Row]]:
    """(what competes, everything with the strongest link), both in time order."""
    allowed = candidates(touches, conversion)
    by_click = [t for t in allowed if _same(t, conversion, "click_id")]
    by_impression = [t for t in allowed if _same(t, conversion, "impression_id")]
    linked = sorted(by_click or by_impression or allowed, key=_order)
    clicks = [t for t in linked if t["touch_type"] == "click"]
    return clicks or linked, linked


def shares(weights: list[Fraction], whole: int) -> list[int]:
    """Split a whole by largest remainder; among equal remainders the earlier in the list gains."""
    total = sum(weights)
    exact = [whole * weight / total for weight in weights]
    result = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (-(exact[i] - result[i]), i))
    for i in by_remainder[: whole - sum(result)]:
        result[i] += 1
    return result


def decay_weight(age_us: int) -> int:
    """2**40 halved every 168 hours, by the age in whole hours, at least 1."""
    halvings, hours = divmod(age_us // HOUR_US, 168)
    with localcontext() as context:
        context.prec = 60
        at_hour = (Decimal(2) ** 40 * Decimal(2) ** (Decimal(-hours) / 168)).to_integral_value()
    return max(1, int(at_hour) // 2**halvings)


def weights(model: str, touches: list[Row], conversion_at: int) -> list[Fraction]:
    """The share of each competing touch, in time order, before rounding."""
    n = len(touches)
    if model == "linear":
        return [Fraction(1)] * n
    if model == "time_decay":
        return [Fraction(decay_weight(conversion_at - t["event_at"])) for t in touches]
    if n <= 2:
        return [Fraction(1)] * n
    return [Fraction(2, 5), *[Fraction(1, 5 * (n - 2))] * (n - 2), Fraction(2, 5)]


def _one_conversion(touches: list[Row], conversion: Row, touch_cap: int) -> list[Row]:
    field, linked = competing(touches, conversion)
    capped = len(field) > touch_cap
    field = field[-touch_cap:]
    rows = []
    for model in MODELS:
        chosen = _chosen(model, field, linked)
        if not chosen:
            rows.append(_row(conversion, model, None, 1_000_000, conversion["revenue_micros"], False))
            continue
        credits = shares(weights(model, chosen, conversion["event_at"]), 1_000_000)
        money = _money(credits, conversion["revenue_micros"])
        rows += [
            _row(conversion, model, touch, credit, value, capped)
            for touch, credit, value in zip(chosen, credits, money, strict=True)
        ]
    return rows


def _chosen(model: str, field: list[Row], linked: list[Row]) -> list[Row]:
    if model == "last_click":
        return [t for t in field if t["touch_type"] == "click"][-1:]
    if model == "last_touch":
        return linked[-1:]
    if model == "first_touch":
        return field[:1]
    return field


def _money(credits: list[int], revenue: int | None) -> list[int | None]:
    if revenue is None:
        return [None] * len(credits)
    sign = -1 if revenue < 0 else 1
    return [sign * value for value in shares([Fraction(c) for c in credits], abs(revenue))]


def _allowed(touch: Row, conversion: Row) -> bool:
    related = any(_same(touch, conversion, key) for key in ("user_id", "click_id", "impression_id"))
    window = conversion["click_window_us"] if touch["touch_type"] == "click" else conversion["view_window_us"]
    starts, ends = conversion["event_at"] - window, conversion["event_at"]
    ours, theirs = touch["advertiser_id"], conversion["advertiser_id"]
    return (
        related and starts <= touch["event_at"] <= ends and (ours is None or theirs is None or ours == theirs)
    )


def _same(touch: Row, conversion: Row, key: str) -> bool:
    return touch[key] is not None and touch[key] == conversion[key]


def _order(touch: Row) -> tuple[int, bytes, str]:
    return touch["event_at"], touch["touch_id"].encode(), touch["touch_type"]


def _row(conversion: Row, model: str, touch: Row | None, credit: int, money: int | None, capped: bool) -> Row:
    names = ("campaign_id", "creative_id", "website")
    return {
        "event_date": conversion["event_date"],
        "conversion_id": conversion["conversion_id"],
        "touch_id": touch["touch_id"] if touch else None,
        "touch_type": touch["touch_type"] if touch else "unattributed",
        "model": model,
        **{name: touch[name] if touch else "(unassigned)" for name in names},
        "credit_micros": credit,
        "revenue_micros": money,
        "capped": capped,
    }


def paths(touches: Iterable[Row], conversions: Iterable[Row], dimension: str, touch_cap: int) -> list[Row]:
    """Every row of gold.conversion_paths."""
    touches, rows = list(touches), []
    for conversion in conversions:
        field, _ = competing(touches, conversion)
        kept = field[-touch_cap:]
        rows.append(
            {
                "event_date": conversion["event_date"],
                "conversion_id": conversion["conversion_id"],
                "path": " > ".join(t[dimension] or "(unknown)" for t in kept),
                "path_length": len(kept),
                "time_to_convert_us": conversion["event_at"] - kept[0]["event_at"] if kept else None,
                "revenue_micros": conversion["revenue_micros"],
                "capped": len(field) > touch_cap,
            }
        )
    return rows
