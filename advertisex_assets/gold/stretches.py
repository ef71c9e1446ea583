"""Stretches: dates cut into contiguous runs that fit in memory together; pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

MOST_ROWS = 20_000_000
"""Rows of one stretch's own dates: a few GB at worst, while a date alone may always be larger."""


def stretches(
    dates: Iterable[date], rows_by_date: Sequence[Mapping[date, int]], most_rows: int = MOST_ROWS
) -> list[list[date]]:
    """The dates in order, a new list wherever a date is missing or the rows would exceed `most_rows`."""
    cut: list[list[date]] = []
    size = 0
    for day in sorted(set(dates)):
        rows = sum(table.get(day, 0) for table in rows_by_date)
        follows = cut and day - cut[-1][-1] == timedelta(days=1) and size + rows <= most_rows
        if follows:
            cut[-1].append(day)
            size += rows
        else:
            cut.append([day])
            size = rows
    return cut
