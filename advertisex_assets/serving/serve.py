"""Serve: brings to PostgreSQL the parts of gold whose files have changed since they were last brought."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl
from pydantic import SecretStr

from resources.lake import Lake, LakeTable, states_by_part
from resources.serving import served
from schemas.tables.gold import GOLD_TABLES
from schemas.tables.table import Table

SERVED_TABLES = tuple(table for table in GOLD_TABLES if "user_id" not in table.schema)
"""What is handed on: all of gold but rows of single users, whose erasure ends at the lake."""

WHOLE = "all"
"""The part that a table without dates is."""


@dataclass(frozen=True)
class Brought:
    """What one table's serving did: parts (dates) and rows brought, parts removed."""

    table: str
    parts: int
    rows: int
    parts_removed: int


def serve(lake: Lake, uri: SecretStr, tables: Collection[Table] = SERVED_TABLES) -> list[Brought]:
    """Brings every table of the lake up to date; what did not change is not touched. ServingError if it cannot be."""
    return [_serve_table(lake.open(table), uri) for table in tables if lake.exists(table)]


def stale_tables(lake: Lake, uri: SecretStr, tables: Collection[Table] = SERVED_TABLES) -> list[str]:
    """The tables of which `serve` would bring something."""
    stale = []
    for table in filter(lake.exists, tables):
        with served(uri, table) as copy:
            if copy.fingerprints() != _fingerprints(lake.open(table)):
                stale.append(table.full_name)
    return stale


def _serve_table(rows: LakeTable, uri: SecretStr) -> Brought:
    now = _fingerprints(rows)
    with served(uri, rows.table) as copy:
        then = copy.fingerprints()
        gone = then.keys() - now.keys()
        for part in gone:
            copy.drop(part)
        changed = sorted(part for part in now if then.get(part) != now[part])
        counts = [copy.replace(part, _batches(rows, part), now[part]) for part in changed]
    return Brought(rows.table.full_name, len(changed), sum(counts), len(gone))


def _fingerprints(rows: LakeTable) -> dict[str, str]:
    """By part, a hash of what its rows are in."""
    return {
        WHOLE if day is None else day.isoformat(): hashlib.sha256("\n".join(sorted(state)).encode()).hexdigest()
        for day, state in states_by_part(rows).items()
    }


def _batches(rows: LakeTable, part: str) -> Iterator[pl.DataFrame]:
    if part == WHOLE:
        yield rows.scan().collect()
    else:
        day = date.fromisoformat(part)
        yield rows.scan_dates(day, day, rows.table.date_column).collect()
