"""Dates: how many rows of a table each date has, and which dates a predicate names.

Of partitions the log says it. Of a table whose files hold many dates, marks say it, and when the rows were written.
Not here: replacing dates (`exchange`).
"""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl
from deltalake import DeltaTable

ROWS = "/rows"
WRITTEN = "/written"


def date_marks(rows: Mapping[date, int], version: int) -> dict[str, int]:
    """The marks of dates that a commit after that version replaces: whoever replaces one of them meanwhile collides."""
    return {
        name: number
        for day, count in rows.items()
        for name, number in ((f"{day.isoformat()}{ROWS}", count), (f"{day.isoformat()}{WRITTEN}", version + 1))
    }


def rows_by_date(marks: Mapping[str, int]) -> dict[date, int]:
    """Rows per date; dates without rows are left out."""
    return {day: rows for day, rows in _said(marks, ROWS) if rows}


def written_by_date(marks: Mapping[str, int]) -> dict[date, int]:
    """A number for each date that was ever written, which is another one after each time."""
    return dict(_said(marks, WRITTEN))


def _said(marks: Mapping[str, int], ending: str) -> Iterable[tuple[date, int]]:
    for name, mark in marks.items():
        if name.endswith(ending) and "/" not in (day := name.removesuffix(ending)):
            yield date.fromisoformat(day), mark


def rows_by_folder(delta: DeltaTable, column: str) -> dict[date, int]:
    """Rows per date of a table's files as the log lists them, by the column of the daily partition."""
    files = pl.DataFrame(delta.get_add_actions(flatten=True))
    if files.is_empty():
        return {}
    counted = files.group_by(pl.col(column).cast(pl.Date)).agg(pl.col("num_records").sum())
    return {day: rows for day, rows in counted.iter_rows() if rows}


def dates_predicate(dates: Iterable[date], column: str = "event_date") -> str:
    """The predicate that names exactly those dates."""
    listed = ", ".join(f"'{day.isoformat()}'" for day in sorted(dates))
    return f"{column} IN ({listed})"
