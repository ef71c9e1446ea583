"""Plain oracles of restatements and of completeness."""

from collections import defaultdict
from datetime import date
from itertools import pairwise
from typing import Any

Row = dict[str, Any]
Numbers = dict[tuple[str, str], int]


def with_totals(campaigns: list[Row], metrics: list[str]) -> Numbers:
    """(campaign, metric) -> value, with `(all)`."""
    numbers: Numbers = {}
    for metric in metrics:
        for row in campaigns:
            numbers[row["campaign_id"], metric] = row[metric]
        if campaigns:
            numbers["(all)", metric] = sum(row[metric] for row in campaigns)
    return numbers


def steps(revisions: list[Numbers], current: Numbers) -> dict[tuple[int, str, str], tuple[int, int, str]]:
    """(revision, campaign, metric) -> (before, after, status) of one date, from the second revision on."""
    found = {}
    chain = [*revisions, current]
    for number, (before, after) in enumerate(pairwise(chain), start=2):
        status = "pending" if number == len(chain) else "accepted"
        for key in before.keys() | after.keys():
            pair = before.get(key, 0), after.get(key, 0)
            if pair[0] != pair[1]:
                found[number, *key] = (*pair, status)
    return found


def completeness(
    events: list[Row], days: list[Row]
) -> dict[tuple[date, str], tuple[int, float | None, float | None]]:
    """(date, advertiser) -> (events, expected, completeness); events: event_date, advertiser_id, age_hours, events."""
    by_date = {day["event_date"]: day for day in days}
    settled = [day["event_date"] for day in days if day["is_settled"]]
    totals: dict[tuple[date, str], int] = defaultdict(int)
    for row in events:
        totals[row["event_date"], row["advertiser_id"]] += row["events"]
    result = {}
    for (day, advertiser), total in totals.items():
        like = [each for each in settled if each.weekday() == day.weekday()]
        usual = sum(totals.get((each, advertiser), 0) for each in like) / len(like) if like else None
        age = by_date[day]["age_hours"]
        learned = [row for row in events if row["event_date"] in settled]
        everything = sum(row["events"] for row in learned)
        there = sum(row["events"] for row in learned if row["age_hours"] < age or age >= 192)
        expected = usual * there / everything if usual and everything else None
        result[day, advertiser] = (total, expected, total / expected if expected else None)
    return result
