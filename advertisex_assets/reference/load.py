"""Load: puts what a source says into the reference tables, all of it or nothing, once per content."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from advertisex_assets.transforms.conform_reference import conform
from advertisex_assets.transforms.pseudonymise import key_id, pseudonym
from resources.lake import Lake, LakeTable, Marks
from resources.reference import ReferenceSource
from schemas.errors import BadReferenceError
from schemas.tables.reference import REFERENCE_TABLES, USERS
from schemas.tables.table import Table

CONTENT = "content"
"""The mark that names what a table holds: a digest of its rows."""

EVERY_ROW = "valid_to IS NULL OR valid_to IS NOT NULL"


class Outcome(StrEnum):
    """What a load did to a table."""

    LOADED = "loaded"
    UNCHANGED = "unchanged"
    ABSENT = "absent"
    """The source has no such table: what was stored stays."""


@dataclass(frozen=True)
class Loaded:
    """The receipt of one table: what was done, with how many rows, and the table's version after it."""

    table: str
    outcome: Outcome
    rows: int
    version: int


def load_reference(
    lake: Lake, source: ReferenceSource, pseudonym_key: bytes, run_id: str
) -> tuple[Loaded, ...]:
    """Replaces the reference tables that the source has by what it says; the same content again changes nothing.

    BadReferenceError, and no table changed, when any of them is refused or the source has none of them.
    """
    raw = source.read([table.name for table in REFERENCE_TABLES])
    if not raw:
        names = ", ".join(table.name for table in REFERENCE_TABLES)
        raise BadReferenceError(f"{source.name} has none of the reference tables {names}.")
    rows = {
        table.name: _conformed(table, raw[table.name], pseudonym_key)
        for table in REFERENCE_TABLES
        if table.name in raw
    }
    return tuple(
        _store(lake.open(table), rows.get(table.name), key_id(pseudonym_key), run_id)
        for table in REFERENCE_TABLES
    )


def _conformed(table: Table, raw: pl.DataFrame, pseudonym_key: bytes) -> pl.DataFrame:
    rows = conform(table, raw)
    if table is not USERS:
        return rows
    users = [pseudonym(pseudonym_key, user) for user in rows["user_id"].to_list()]
    return rows.with_columns(pl.Series("user_id", users, dtype=pl.String)).sort("user_id", "valid_from")


def _store(table: LakeTable, rows: pl.DataFrame | None, key: str, run_id: str) -> Loaded:
    if rows is None:
        return Loaded(table.table.name, Outcome.ABSENT, 0, table.version)
    content = _digest(rows, key)
    if table.mark(CONTENT) == content:
        return Loaded(table.table.name, Outcome.UNCHANGED, rows.height, table.version)
    table.replace(rows, EVERY_ROW, Marks({CONTENT: content}, {"run_id": run_id}))
    return Loaded(table.table.name, Outcome.LOADED, rows.height, table.version)


def _digest(rows: pl.DataFrame, key: str) -> int:
    """63 bits: a Delta transaction version is a signed 64-bit integer, and must not be negative."""
    text = rows.write_csv(null_value="\x00") + key
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
