"""Invalid traffic by comparing every event with every other: the plain definition of the rules, in plain Python."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Broken = tuple[str, str, str]
"""Table, event id, code."""


@dataclass(frozen=True)
class Limits:
    """Thresholds in microseconds and clicks."""

    fastest_click: int
    tolerance: int
    most_per_user: int
    most_per_address: int
    flood: int
    duplicate: int
    fastest_conversion: int
    lookback: int


def broken_rules(
    impressions: Sequence[Row], clicks: Sequence[Row], conversions: Sequence[Row], limits: Limits
) -> set[Broken]:
    """Every rule that every event breaks."""
    found = {
        (table, row["event_id"], flag)
        for table, rows in (("impressions", impressions), ("clicks", clicks), ("conversions", conversions))
        for row in rows
        for flag in row["flags"]
        if flag in ("known_bot", "data_centre")
    }
    found |= {
        ("clicks", click["event_id"], code)
        for click in clicks
        for code in of_click(click, impressions, limits)
    }
    found |= {("clicks", event_id, "click_flood") for event_id in flooding(clicks, impressions, limits)}
    found |= {("clicks", event_id, "duplicate_click") for event_id in repeated(clicks, limits)}
    invalid_clicks = {event_id for table, event_id, _ in found if table == "clicks"}
    found |= {
        ("conversions", row["event_id"], "conversion_of_invalid_click")
        for row in conversions
        for click in clicks
        if row["click_id"] == click["click_id"] is not None
        and click["event_id"] in invalid_clicks
        and -limits.tolerance <= row["event_at"] - click["event_at"] <= limits.lookback
    }
    return found | {
        ("conversions", row["event_id"], "conversion_too_fast")
        for row in conversions
        if too_fast(row, clicks, limits)
    }


def of_click(click: Row, impressions: Sequence[Row], limits: Limits) -> Iterator[str]:
    """What a click breaks with impressions."""
    shown = shown_for(click, impressions, limits)
    if shown:
        age = click["event_at"] - shown["event_at"]
        if age < -limits.tolerance:
            yield "click_before_impression"
        if 0 <= age < limits.fastest_click:
            yield "click_too_fast"
        if {"known_bot", "data_centre"} & set(shown["flags"]):
            yield "click_on_invalid_impression"
        return
    names_any = click["user_id"] is not None or click["impression_id"] is not None
    seen = any(
        row["user_id"] == click["user_id"] is not None
        and -limits.tolerance <= click["event_at"] - row["event_at"] <= limits.lookback - limits.tolerance
        for row in impressions
    )
    if names_any and not seen:
        yield "click_without_impression"


def shown_for(click: Row, impressions: Sequence[Row], limits: Limits) -> Row | None:
    """The latest impression that the click names, if it was served around then."""
    named = [
        row
        for row in impressions
        if row["impression_id"] is not None
        and row["impression_id"] == click["impression_id"]
        and abs(click["event_at"] - row["event_at"]) <= limits.lookback
    ]
    return max(named, key=lambda row: row["event_at"], default=None)


def flooding(clicks: Sequence[Row], impressions: Sequence[Row], limits: Limits) -> set[str]:
    """Clicks within any stretch of time that has too many of one user or address."""
    by_address = []
    for click in clicks:
        shown = shown_for(click, impressions, limits)
        by_address.append(click | {"actor": shown["ip_key"] if shown else None})
    by_user = [click | {"actor": click["user_id"]} for click in clicks]
    found = set()
    for rows, most in ((by_user, limits.most_per_user), (by_address, limits.most_per_address)):
        for first in rows:
            within = [
                row["event_id"]
                for row in rows
                if row["actor"] == first["actor"] is not None
                and 0 <= row["event_at"] - first["event_at"] <= limits.flood
            ]
            if len(within) > most:
                found |= set(within)
    return found


def repeated(clicks: Sequence[Row], limits: Limits) -> set[str]:
    """Clicks that follow another one by the same user on the same ad, or on the same impression."""
    found = set()
    for keys in (("user_id", "campaign_id", "creative_id"), ("impression_id",)):
        for click in clicks:
            alike = [
                row for row in clicks if all(row[key] is not None and row[key] == click[key] for key in keys)
            ]
            mine = (click["event_at"], click["event_id"])
            before = [row for row in alike if (row["event_at"], row["event_id"]) < mine]
            if any(click["event_at"] - row["event_at"] <= limits.duplicate for row in before):
                found.add(click["event_id"])
    return found


def too_fast(conversion: Row, clicks: Sequence[Row], limits: Limits) -> bool:
    """Whether the click that it names, or its user's latest on the campaign, was only just before."""
    if conversion["click_id"] is not None:
        causes = [row for row in clicks if row["click_id"] == conversion["click_id"]]
    else:
        causes = [
            row
            for row in clicks
            if row["user_id"] == conversion["user_id"] is not None
            and row["campaign_id"] == conversion["campaign_id"]
        ]
    return any(0 <= conversion["event_at"] - row["event_at"] < limits.fastest_conversion for row in causes)
