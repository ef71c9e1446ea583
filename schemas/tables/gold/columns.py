"""Columns that gold tables share, and how a gold table is laid out."""

from typing import Any

import polars as pl

from schemas.metrics import Rate
from schemas.tables.table import Pieces, Table, TableColumn

MONEY = "micros of currency"

EVENT_DATE = TableColumn("event_date", pl.Date(), "The UTC date.")
HOUR = TableColumn("hour", pl.Int64(), "The UTC hour of the day, 0 to 23.", "hour")
CAMPAIGN = TableColumn("campaign_id", pl.String(), "The campaign; `(unassigned)` if unknown.")
CREATIVE = TableColumn("creative_id", pl.String(), "The creative; `(unassigned)` if unknown.")
WEBSITE = TableColumn("website", pl.String(), "The website; `(unassigned)` if unknown.")
CURRENCY = TableColumn(
    "currency",
    pl.String(),
    "The currency of the row's money: the first by code of those seen; null without money.",
)


def count(name: str, description: str) -> TableColumn:
    """A column that counts."""
    return TableColumn(name, pl.Int64(), description, "count")


def money(name: str, description: str) -> TableColumn:
    """A column of money."""
    return TableColumn(name, pl.Int64(), description, MONEY)


def rates(definitions: tuple[Rate, ...]) -> tuple[TableColumn, ...]:
    """One Float64 column per rate."""
    return tuple(TableColumn(rate.name, pl.Float64(), rate.description, rate.unit) for rate in definitions)


def mart(
    name: str,
    description: str,
    grain: tuple[TableColumn, ...],
    columns: tuple[TableColumn, ...],
    sort_by: tuple[str, ...] = (),
    pieces: Pieces | None = None,
) -> Table:
    """A gold table with one row per grain, partitioned by the grain's first column, a date: each may be large."""
    return _gold(name, description, grain, columns, partition_by=(grain[0].name,), sort_by=sort_by, pieces=pieces)


def summary(
    name: str, description: str, grain: tuple[TableColumn, ...], columns: tuple[TableColumn, ...]
) -> Table:
    """A gold table of which a date is small, and many are read at once: they share files (decision 031)."""
    pruned_by = tuple(column.name for column in grain)
    return _gold(name, description, grain, columns, statistics_columns=pruned_by, dated_by=grain[0].name)


def _gold(
    name: str,
    description: str,
    grain: tuple[TableColumn, ...],
    columns: tuple[TableColumn, ...],
    **layout: Any,
) -> Table:
    names = tuple(column.name for column in grain)
    return Table(
        layer="gold",
        name=name,
        description=description,
        columns=(*grain, *columns),
        grain=" x ".join(names),
        grain_columns=names,
        **layout,
    )
