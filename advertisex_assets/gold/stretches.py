"""Stretches: dates cut into runs without other rows between them that fit in memory together; pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

MOST_ROWS = 1_000_000
"""Rows of one stretch's own dates, while a date alone may always be larger (`parts`). `gold.touches` holds 1.5 KB for
each (its keys, sorted, and its grain compared), so 1.5 GB; a commit for each costs a tenth of computing them."""


def stretches(
    dates: Iterable[date], rows_by_date: Sequence[Mapping[date, int]], most_rows: int = MOST_ROWS
) -> list[list[date]]:
    """The dates in order, a new list where another date with rows lies between or rows would exceed `most_rows`.

    Empty dates between are passed over: a commit for each run of sparse history would cost far more.
    """
    wanted = set(dates)
    held = {day for table in rows_by_date for day, rows in table.items() if rows}
    cut: list[list[date]] = []
    size = 0
    for day in sorted(wanted | held):
        rows = sum(table.get(day, 0) for table in rows_by_date)
        if day not in wanted:
            size = most_rows
        elif cut and size + rows <= most_rows:
            cut[-1].append(day)
            size += rows
        else:
            cut.append([day])
            size = rows
    return cut
