"""Plain oracle of reporting days and pacing: one row at a time, by the standard library's own clocks."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_local_time(row: Row) -> Row:
    """The row with its zone and the date that a clock there shows."""
    zone = row["reporting_zone"] or "UTC"
    moment = EPOCH + timedelta(microseconds=row["event_at"])
    return row | {"reporting_zone": zone, "reporting_date": moment.astimezone(ZoneInfo(zone)).date()}


def pacing(spend: list[Row], campaigns: list[Row], wanted: list[date]) -> dict[tuple[date, str], Row]:
    """Rows of campaign_pacing by (date, campaign)."""
    spent: dict[tuple, int] = defaultdict(int)
    for row in spend:
        spent[row["campaign_id"], row["reporting_date"], row["currency"]] += row["spend_micros"]
    return {
        (day, campaign["campaign_id"]): _paced(spent, campaign, day)
        for day in wanted
        for campaign in campaigns
        if _runs(campaign, day)
    }


def _runs(campaign: Row, day: date) -> bool:
    end_of_day = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    if campaign["budget_micros"] is None:
        return False
    begun = campaign["valid_from"] is None or campaign["valid_from"] < end_of_day
    held = campaign["valid_to"] is None or campaign["valid_to"] >= end_of_day
    started = campaign["starts_on"] is None or campaign["starts_on"] <= day
    ended = campaign["ends_on"] is not None and campaign["ends_on"] < day
    return begun and held and started and not ended


def _paced(spent: dict[tuple, int], campaign: Row, day: date) -> Row:
    name, currency, start, end = (
        campaign[key] for key in ("campaign_id", "currency", "starts_on", "ends_on")
    )
    length = (end - start).days + 1 if start and end else None
    past = (day - start).days + 1 if start else None
    days = [day - timedelta(days=n) for n in range(past or 100)]
    so_far = sum(spent[name, each, currency] for each in days)
    planned = campaign["budget_micros"] * past // length if length else None
    foreign = sum(
        1
        for (who, when, what), value in spent.items()
        if who == name and when in days and what != currency and value
    )
    return {
        "budget_micros": campaign["budget_micros"],
        "flight_days": length,
        "flight_day": past,
        "spend_micros": spent[name, day, currency],
        "spend_to_date_micros": so_far,
        "planned_to_date_micros": planned,
        "days_left_out": foreign,
        "pacing": Fraction(so_far, planned) if planned else None,
        "budget_used": Fraction(so_far, campaign["budget_micros"]) if campaign["budget_micros"] else None,
    }
