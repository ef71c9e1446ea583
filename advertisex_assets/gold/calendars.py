"""Calendars: days as small tables, made in Python because engines differ in time zones and in the length of days."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import polars as pl

from advertisex_assets.transforms.marts.pacing import LONGEST_FLIGHT_DAYS

EPOCH = date(1970, 1, 1)
DAY_US = 86_400_000_000

LOCAL_DAYS = {
    "reporting_zone": pl.String(),
    "event_date": pl.Date(),
    "reporting_date": pl.Date(),
    "from_us": pl.Int64(),
    "to_us": pl.Int64(),
}
FLIGHT_DAYS = {"reporting_date": pl.Date(), "day": pl.Int64(), "to_us": pl.Int64(), "wanted": pl.Boolean()}


def local_days(dates: Sequence[date]) -> pl.DataFrame:
    """Each of the dates in every IANA time zone, once per UTC date that it overlaps: LOCAL_DAYS.

    [from_us, to_us) is the part of the local day that lies within the UTC date; 23- and 25-hour days are as they are.
    """
    rows = [row for zone in _zones() for day in dates for row in _local_day(zone, day)]
    return pl.DataFrame(rows, schema=LOCAL_DAYS, orient="row")


def _local_day(zone: str, day: date) -> Iterator[tuple[str, date, date, int, int]]:
    begins, ends = midnight_us(zone, day), midnight_us(zone, day + timedelta(days=1))
    for shift in (-1, 0, 1):
        utc_day = day + timedelta(days=shift)
        utc_from = (utc_day - EPOCH).days * DAY_US
        first, last = max(begins, utc_from), min(ends, utc_from + DAY_US)
        if first < last:
            yield zone, utc_day, day, first, last


def midnight_us(zone: str, day: date) -> int:
    """When that day begins in the zone: the first moment, where a clock change skips or repeats midnight."""
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(local.astimezone(UTC).timestamp()) * 1_000_000


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def flight_days(dates: Sequence[date]) -> pl.DataFrame:
    """The dates and the LONGEST_FLIGHT_DAYS before them, with day numbers and the end of the UTC day: FLIGHT_DAYS."""
    wanted = set(dates)
    first = min(dates) - timedelta(days=LONGEST_FLIGHT_DAYS)
    days = [first + timedelta(days=shift) for shift in range((max(dates) - first).days + 1)]
    rows = [(day, (day - EPOCH).days, ((day - EPOCH).days + 1) * DAY_US, day in wanted) for day in days]
    return pl.DataFrame(rows, schema=FLIGHT_DAYS, orient="row")
