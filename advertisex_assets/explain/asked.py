"""Asked: which number of which mart, checked against the mart's contract; and what its definition is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from resources.lake import Lake
from schemas.discover import declared_spend
from schemas.errors import AdvertiseXError
from schemas.metrics import PERFORMANCE_RATES, Rate
from schemas.tables.gold import CAMPAIGN_DAILY, CAMPAIGN_HOURLY, CREATIVE_DAILY, WEBSITE_DAILY
from schemas.tables.table import Table

EXPLAINABLE = (CAMPAIGN_DAILY, CAMPAIGN_HOURLY, CREATIVE_DAILY, WEBSITE_DAILY)
"""The marts that count events; the others are made of these, or of journeys."""

SHOWN = 10
"""Keys named where a row is not found."""

KINDS = ("impressions", "clicks", "conversions", "engagements")


class NothingToExplainError(AdvertiseXError):
    """What was asked for is not there."""


@dataclass(frozen=True)
class Asked:
    """One number: the mart, the values of its grain, and the column."""

    table: Table
    cell: Mapping[str, Any]
    metric: str

    def __str__(self) -> str:
        return f"{self.table.full_name} {self.metric} of {told(self.cell)}"

    @property
    def day(self) -> date:
        """The event date."""
        day: date = self.cell["event_date"]
        return day

    @property
    def rate(self) -> Rate | None:
        """The definition of the metric, if it is a rate."""
        return next((rate for rate in PERFORMANCE_RATES if rate.name == self.metric), None)

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns that it is made of: itself, or numerator and denominator."""
        return (self.rate.numerator, self.rate.denominator) if self.rate else (self.metric,)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The silver tables whose rows it counts."""
        found = {kind for part in self.parts for kind in _kinds(part)}
        return tuple(kind for kind in counted_tables() if kind in found)

    @property
    def is_in_cell(self) -> pl.Expr:
        """Whether a silver row belongs to the cell."""
        derived = {
            "hour": pl.col("event_at").dt.hour().cast(pl.Int64),
            "website": pl.col("website").fill_null("(unassigned)"),
        }
        return pl.all_horizontal(
            derived.get(name, pl.col(name)) == value for name, value in self.cell.items()
        )


def asked(table_name: str, cell: Mapping[str, Any], metric: str) -> Asked:
    """The number that was asked for; NothingToExplainError says what could be asked instead."""
    names = [table.full_name for table in EXPLAINABLE]
    table = next((table for table in EXPLAINABLE if table.full_name == table_name), None)
    if table is None:
        raise NothingToExplainError(f"{table_name} cannot be explained. What can: {', '.join(names)}.")
    given = {name: value for name, value in cell.items() if value is not None}
    if set(given) != set(table.grain_columns):
        wanted = ", ".join(f"--{option(name)}" for name in table.grain_columns)
        raise NothingToExplainError(f"A row of {table_name} is named by {wanted}, and by nothing else.")
    metrics = [name for name in table.schema if name not in table.grain_columns]
    if metric not in metrics:
        raise NothingToExplainError(f"{table_name} has no metric {metric!r}. It has: {', '.join(metrics)}.")
    return Asked(table, given, metric)


def told(cell: Mapping[str, Any]) -> str:
    """A cell as people write it."""
    return ", ".join(f"{option(name)} {value}" for name, value in cell.items())


def option(column: str) -> str:
    """What the command line calls a column of a grain."""
    return {"event_date": "date"}.get(column, column.removesuffix("_id"))


def stored(lake: Lake, one: Asked) -> dict[str, Any]:
    """The mart's row; NothingToExplainError names its neighbours if there is none."""
    rows = lake.open(one.table).scan_dates(one.day, one.day)
    found = rows.filter(pl.col(name) == value for name, value in one.cell.items()).collect()
    if found.is_empty():
        keys = rows.select(one.table.grain_columns[1:]).unique().sort(pl.all()).collect()
        shown = "; ".join(" ".join(map(str, row)) for row in keys.head(SHOWN).iter_rows())
        there = (
            f"Of that date it has {keys.height} rows, such as: {shown}."
            if shown
            else "It has none of that date."
        )
        raise NothingToExplainError(
            f"{one.table.full_name} has no row for {told(one.cell)}. {there} "
            "If data has just been landed, run `advertisex refresh` first."
        )
    return found.row(0, named=True)


def definition(one: Asked) -> str:
    """The metric's definition, from the contract."""
    column = next(column for column in one.table.columns if column.name == one.metric)
    if one.rate is None:
        return column.description
    factor = f" * {one.rate.scale:,}" if one.rate.scale != 1 else ""
    return f"{one.rate.numerator} / {one.rate.denominator}{factor}. {one.rate.description}"


def counted_tables() -> tuple[str, ...]:
    """The silver tables whose rows the explainable marts count: KINDS, and that of spend."""
    return tuple(dict.fromkeys((*KINDS, declared_spend().table)))


def _kinds(column: str) -> tuple[str, ...]:
    if column in ("money_rows", "money_rows_left_out", "currency"):
        return declared_spend().table, "conversions"
    if "spend" in column or column == "billable_impressions":
        return (declared_spend().table,)
    if column == "revenue_micros":
        return ("conversions",)
    return next(((kind,) for kind in KINDS[1:] if kind in column), ("impressions",))
