"""What a mart is: a gold table, the tables that it is made of, by which function, and what must be true of it.

Not here: the marts themselves (`marts`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from advertisex_assets.gold.cut import Cut
from advertisex_assets.gold.gates import Gate
from advertisex_assets.gold.sources import Sources
from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.slices import Slicing
from schemas.tables.table import Table

Preparation = Callable[[Sequence[date], Sources], pl.DataFrame]
"""Makes, for the dates to compute, a small table that no engine can make alike (days of time zones, causes, ...)."""

Crowded = Callable[[Frame, Frame], Frame]
"""Finds, among touches and conversions, the event_date and event_id of conversions that too many touches may meet."""


@dataclass(frozen=True)
class Input:
    """A table that a mart reads: of date D, the dates from D - `days_before` to D + `days_after`.

    `makes_dates_within`: a date with rows makes the dates so many days around it dates of the mart; None where rows
    alone make none (touches without a conversion). A reference table is read whole, and counts for a date by its
    rows that hold around it. `compared`: its dates are rewritten as a whole, so that what changed is found by comparing
    events (silver.invalid_traffic); others are appended to.
    """

    table: str
    days_before: int = 0
    days_after: int = 0
    makes_dates_within: int | None = 0
    compared: bool = False

    @property
    def is_reference(self) -> bool:
        """Whether the table has validity instead of dates."""
        return self.table.startswith("reference.")

    @property
    def is_driver(self) -> bool:
        """Whether it has dates that make the mart's."""
        return self.makes_dates_within is not None and not self.is_reference

    def made_from(self, day: date) -> list[date]:
        """The dates of the mart that a date with rows makes."""
        within = self.makes_dates_within or 0
        return [day + timedelta(days=shift) for shift in range(-within, within + 1)]

    def reached_from(self, day: date) -> list[date]:
        """The dates of the mart that read that date of the input."""
        return [day + timedelta(days=shift) for shift in range(-self.days_after, self.days_before + 1)]

    def first_read(self, day: date) -> date:
        """The first date of the input that the mart's date reads."""
        return day - timedelta(days=self.days_before)

    def last_read(self, day: date) -> date:
        """The last date of the input that the mart's date reads."""
        return day + timedelta(days=self.days_after)


@dataclass(frozen=True, eq=False)
class Mart:
    """One gold table. Raise `version` when `compute` gives another result for the same rows: all dates are redone.

    `prepared` are further arguments of `compute`, made in Python; they do not make a date pending. `finish` does, on
    the collected rows of any engine, what no engine can (sketches). `slicing` lets late rows redo parts of a date;
    `row_wise` says that each row of an input makes rows by itself, so that late ones are only added. `compute` is
    called apart, with `is_crowd`, for the conversions that `crowded` finds. `cut` says how large dates are divided:
    then `compute` and the gates see each part alone.
    """

    table: Table
    inputs: Mapping[str, Input]
    compute: Callable[..., Frame]
    version: str = "1"
    gates: tuple[Gate, ...] = ()
    prepared: Mapping[str, Preparation] = field(default_factory=dict)
    finish: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    slicing: Slicing | None = None
    row_wise: bool = False
    crowded: Crowded | None = None
    cut: Cut | None = None

    @property
    def name(self) -> str:
        """The table's name within gold."""
        return self.table.name

    @property
    def date_column(self) -> str:
        """The column whose dates are replaced."""
        return self.table.date_column
