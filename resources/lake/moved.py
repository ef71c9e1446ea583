"""Moved: the files of each date that came to a table and went from it since an older version, from the log alone."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from resources.lake.transactions import read_actions
from schemas.tables.table import Table

FEW_COMMITS = 50
"""So many commits are read in the time in which an older version is opened, whatever the table holds."""

Files = Mapping[date, frozenset[str]]
"""Paths of files by the date of their partition."""


def moved_since(table: Table, delta: DeltaTable, version: int) -> tuple[Files, Files] | None:
    """The files of each date that came since that version, and those that went.

    None if the log no longer reaches back so far.
    """
    if version == delta.version():
        return {}, {}
    moved = _in_commits(table, delta, version) if 0 < delta.version() - version <= FEW_COMMITS else None
    return moved or _between_versions(table, delta, version)


def opened_at(delta: DeltaTable, version: int) -> DeltaTable | None:
    """The table at an older version; None if the log no longer reaches back so far."""
    try:
        return DeltaTable(delta.table_uri, version=version, storage_options=delta._storage_options)
    except DeltaError:
        return None


def files_by_date(delta: DeltaTable, column: str) -> Files:
    """The files of each date, from the log alone."""
    files = pl.DataFrame(delta.get_add_actions(flatten=True))
    if files.is_empty():
        return {}
    paths = files.group_by(pl.col(f"partition.{column}").cast(pl.Date).alias("day")).agg("path")
    return {day: frozenset(names) for day, names in paths.iter_rows()}


def _in_commits(table: Table, delta: DeltaTable, version: int) -> tuple[Files, Files] | None:
    """By the actions of the commits since; None if one of them is gone, or does not say of which date a file was."""
    column = table.date_column
    place = pl.Struct({"path": pl.String, "partitionValues": pl.Struct({column: pl.String})})
    versions, options = range(version + 1, delta.version() + 1), delta._storage_options or {}
    was_there: dict[str, bool] = {}
    is_there: dict[str, bool] = {}
    days: dict[str, str | None] = {}
    try:
        for kind, action in read_actions(delta.table_uri, versions, {"remove": place, "add": place}, options):
            path = action["path"]
            was_there.setdefault(path, kind == "remove")
            is_there[path], days[path] = kind == "add", (action.get("partitionValues") or {}).get(column)
    except (OSError, pl.exceptions.PolarsError):
        return None
    moved = [path for path in is_there if is_there[path] != was_there[path]]
    if any(days[path] is None for path in moved):
        return None
    return _by_date(moved, days, is_there, True), _by_date(moved, days, is_there, False)


def _by_date(paths: Iterable[str], days: Mapping[str, str | None], is_there: Mapping[str, bool], wanted: bool) -> Files:
    found: dict[date, set[str]] = {}
    for path in paths:
        if is_there[path] is wanted:
            found.setdefault(date.fromisoformat(days[path] or ""), set()).add(path)
    return {day: frozenset(files) for day, files in found.items()}


def _between_versions(table: Table, delta: DeltaTable, version: int) -> tuple[Files, Files] | None:
    """By the lists of files of both."""
    older = opened_at(delta, version)
    if older is None:
        return None
    then, now = files_by_date(older, table.date_column), files_by_date(delta, table.date_column)
    days = then.keys() | now.keys()
    return _unlike(days, now, then), _unlike(days, then, now)


def _unlike(days: Iterable[date], these: Files, those: Files) -> Files:
    found = ((day, these.get(day, frozenset()) - those.get(day, frozenset())) for day in days)
    return {day: files for day, files in found if files}
