"""The marts as data: each gold table, what it is made of, by which function, and what must be true of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from advertisex_assets.gold.gates import Gate, credit_is_whole, revenue_is_whole, same_sums, touches_precede
from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.journeys import LONGEST_WINDOW_DAYS, attribution
from advertisex_assets.transforms.marts.paths import conversion_daily, conversion_paths
from advertisex_assets.transforms.marts.performance import performance
from schemas.tables import gold
from schemas.tables.table import Table


@dataclass(frozen=True)
class Input:
    """A table that a mart reads: of date D, the dates from D - `days_before` to D + `days_after`."""

    table: str
    days_before: int = 0
    days_after: int = 0

    @property
    def is_driver(self) -> bool:
        """Whether a date with rows in it is a date of the mart (a look-back alone makes none)."""
        return self.days_before == 0 and self.days_after == 0


@dataclass(frozen=True, eq=False)
class Mart:
    """One gold table. Raise `version` when `compute` gives another result for the same rows: all dates are redone."""

    table: Table
    inputs: Mapping[str, Input]
    compute: Callable[..., Frame]
    version: str = "1"
    gates: tuple[Gate, ...] = field(default=())

    @property
    def name(self) -> str:
        """The table's name within gold."""
        return self.table.name


EVENTS = {name: Input(f"silver.{name}") for name in ("impressions", "clicks", "conversions", "engagements")}

JOURNEYS = {
    "impressions": Input("silver.impressions", days_before=LONGEST_WINDOW_DAYS),
    "clicks": Input("silver.clicks", days_before=LONGEST_WINDOW_DAYS),
    "conversions": Input("silver.conversions"),
}


def _performance(table: Table) -> Mart:
    return Mart(table, EVENTS, performance(table), gates=tuple(same_sums(kind) for kind in EVENTS))


MARTS: tuple[Mart, ...] = (
    _performance(gold.CAMPAIGN_DAILY),
    _performance(gold.CAMPAIGN_HOURLY),
    _performance(gold.CREATIVE_DAILY),
    _performance(gold.WEBSITE_DAILY),
    Mart(
        gold.ATTRIBUTION,
        JOURNEYS,
        attribution,
        gates=(credit_is_whole, revenue_is_whole, touches_precede),
    ),
    Mart(gold.CONVERSION_PATHS, JOURNEYS, conversion_paths),
    Mart(
        gold.CONVERSION_DAILY,
        {"conversion_paths": Input("gold.conversion_paths")},
        conversion_daily,
        gates=(same_sums("conversions", "conversion_paths"),),
    ),
)
"""Every mart, each after those that it reads."""


def mart_named(name: str) -> Mart:
    """The mart of that name."""
    return next(mart for mart in MARTS if mart.name == name)
