"""Plain oracle of the performance marts: dicts, Fractions and loops, importing nothing of ours.

Silver rows are dicts with `event_date`, `event_at` (epoch microseconds), ids and money as ints. It says again what
each column of campaign_daily, campaign_hourly, creative_daily and website_daily means.
"""

from collections import defaultdict
from fractions import Fraction
from typing import Any

Row = dict[str, Any]

RATES = {
    "ctr": ("clicks", "impressions", 1),
    "cvr": ("conversions", "clicks", 1),
    "viewability": ("viewable_impressions", "measured_impressions", 1),
    "cpm_micros": ("spend_micros", "impressions", 1000),
    "cpc_micros": ("spend_micros", "clicks", 1),
    "cpa_micros": ("spend_micros", "conversions", 1),
    "roas": ("revenue_micros", "spend_micros", 1),
}


def performance(kinds: dict[str, list[Row]], invalid: list[Row], grain: list[str]) -> dict[tuple, Row]:
    """The rows by their grain; rates as Fractions or None.

    With a kind `auction_outcomes` spend is what its billing notices cost, a thousandth of their CPM; otherwise what
    impressions cost.
    """
    billed = [
        row | {"price_micros": _thousandth(row["clearing_micros"])}
        for row in kinds.get("auction_outcomes", [])
        if row["outcome"] == "billing"
    ]
    if "auction_outcomes" in kinds:
        free = [row | {"price_micros": None} for row in kinds["impressions"]]
        others = [row for row in kinds["auction_outcomes"] if row["outcome"] != "billing"]
        kinds = kinds | {"impressions": free, "notices": billed, "auction_outcomes": others}
    marked = {(row["table"], row["event_date"], row["event_id"]) for row in invalid}
    groups: dict[tuple, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for kind, rows in kinds.items():
        for row in rows:
            valid = (kind, row["event_date"], row["event_id"]) not in marked
            groups[_key(row, grain)][kind].append(row | {"valid": valid})
    return {key: _measured(group) for key, group in groups.items()}


def _thousandth(cpm: int | None) -> int | None:
    return None if cpm is None else round(Fraction(cpm, 1000))


def _key(row: Row, grain: list[str]) -> tuple:
    known = dict(row, hour=row["event_at"] // 10**6 // 3600 % 24, website=row["website"] or "(unassigned)")
    return tuple(known[name] for name in grain)


def _measured(group: dict[str, list[Row]]) -> Row:
    shown, conversions = group["impressions"], group["conversions"]
    paid = shown + group["notices"]
    costs = [(row["currency"], row["price_micros"]) for row in paid if row["price_micros"] is not None]
    gains = [
        (row["currency"], row["revenue_micros"]) for row in conversions if row["revenue_micros"] is not None
    ]
    currencies = sorted({currency for currency, _ in costs + gains})
    currency = currencies[0] if currencies else None
    billed = [row for row in paid if row["valid"] and row["price_micros"] is not None]
    row = {
        "impressions": len(shown),
        "valid_impressions": sum(row["valid"] for row in shown),
        "billable_impressions": len(billed),
        "measured_impressions": sum(row["viewable_ms"] is not None for row in shown),
        "viewable_impressions": sum((row["viewable_ms"] or 0) >= 1000 for row in shown),
        "clicks": len(group["clicks"]),
        "valid_clicks": sum(row["valid"] for row in group["clicks"]),
        "conversions": len(conversions),
        "valid_conversions": sum(row["valid"] for row in conversions),
        "engagements": len(group["engagements"]),
        "currency": currency,
        "spend_micros": sum(amount for each, amount in costs if each == currency),
        "billable_spend_micros": sum(row["price_micros"] for row in billed if row["currency"] == currency),
        "revenue_micros": sum(amount for each, amount in gains if each == currency),
        "money_rows": len(costs + gains),
        "money_rows_left_out": sum(each != currency for each, _ in costs + gains),
    }
    return row | {name: rate(row, *parts) for name, parts in RATES.items()}


def rate(row: Row, numerator: str, denominator: str, scale: int) -> Fraction | None:
    """Exact, or None where there is nothing to divide by."""
    return Fraction(row[numerator] * scale, row[denominator]) if row[denominator] else None
