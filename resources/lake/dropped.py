"""Dropped: how many rows retention has taken out of a table, kept as marks of the commits that took them out.

So the sums still add up, and nobody takes what is left of a date for all of it. Not here: dropping them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from resources.lake.table import LakeTable

PREFIX = "dropped/"

ROWS = "rows"
ERASED = "erased"
"""Counts: what retention dropped, and what an erasure took out of a date that cannot be made anew."""


def dropped_mark(key: str, count: str = ROWS) -> str:
    """The mark of one count of a key (`2026-03-01`, `impressions/2026-03-01`, `file:<sha256>`)."""
    return f"{PREFIX}{key}/{count}"


def dropped_counts(marks: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Every count by key, of a table's marks; empty where retention never dropped anything."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, rows in marks.items():
        if name.startswith(PREFIX):
            key, _, count = name.removeprefix(PREFIX).rpartition("/")
            found[key][count] = rows
    return dict(found)


def dropped_dates(marks: Mapping[str, int]) -> frozenset[date]:
    """The dates of which retention dropped rows, of a table whose keys are dates."""
    found = dropped_counts(marks).items()
    return frozenset(date.fromisoformat(key) for key, counts in found if is_date(key) and ROWS in counts)


def is_date(text: str) -> bool:
    """Whether a part of a mark's name is a date."""
    return len(text) == len("2026-03-01") and text[:4].isdecimal()


def raised(table: LakeTable, counts: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """The marks that add (key, count name, number) to what was dropped before."""
    marks: dict[str, int] = {}
    for key, count, number in counts:
        name = dropped_mark(key, count)
        if number:
            marks[name] = (table.mark(name) or 0) + number
    return marks
