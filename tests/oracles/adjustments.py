"""Oracle of conversion adjustments: plain Python, one adjustment at a time, importing nothing of ours."""

from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]


def adjusted(conversions: Iterable[Row], adjustments: Iterable[Row]) -> list[Row]:
    """Conversions after their adjustments, one at a time, in time order."""
    rows = []
    for conversion in conversions:
        value, kept = conversion["revenue_micros"], True
        mine = [a for a in adjustments if a["conversion_id"] == conversion["conversion_id"]]
        for change in sorted(mine, key=lambda a: (a["event_at"], a["adjustment_id"])):
            kept = kept and change["adjustment_type"] != "retraction"
            amount = change["value_micros"] or 0
            value = amount if change["adjustment_type"] == "restatement" else (value or 0) + amount
        if kept:
            rows.append({**conversion, "revenue_micros": value})
    return rows
