"""The marts as data, each after those that it reads."""

from collections.abc import Callable

from advertisex_assets.gold.basis import causes
from advertisex_assets.gold.calendars import flight_days, local_days
from advertisex_assets.gold.cut import BY_BUCKET, BY_TIME
from advertisex_assets.gold.gates import (
    Gate,
    credit_is_whole,
    revenue_is_whole,
    same_sums,
    same_totals,
    touches_precede,
)
from advertisex_assets.gold.mart import Input, Mart
from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.adjusted import LONGEST_DAYS, adjustments_left_out, conversions
from advertisex_assets.transforms.marts.arrival import arrivals
from advertisex_assets.transforms.marts.credit import attribution_daily
from advertisex_assets.transforms.marts.funnel import auction_funnel
from advertisex_assets.transforms.marts.journeys import attribution, crowded, touches_by_key
from advertisex_assets.transforms.marts.pacing import LONGEST_FLIGHT_DAYS, pacing
from advertisex_assets.transforms.marts.paths import conversion_daily, conversion_paths
from advertisex_assets.transforms.marts.performance import performance, rolled_up
from advertisex_assets.transforms.marts.reach import sketched, users_by
from advertisex_assets.transforms.marts.reporting import reporting_daily
from advertisex_assets.transforms.marts.restate import restatements
from advertisex_assets.transforms.marts.segments import segment_daily
from advertisex_assets.transforms.marts.slices import BY_CONVERSION, BY_HOUR, KINDS, Slicing
from advertisex_assets.transforms.marts.windows import LONGEST_WINDOW_DAYS
from schemas.discover import declared_spend
from schemas.spend import Spend
from schemas.tables import gold
from schemas.tables.gold.performance import COUNTS
from schemas.tables.table import Table

__all__ = ["MARTS", "Input", "Mart", "mart_named", "marts_for"]

INVALID_TRAFFIC = "silver.invalid_traffic"
EXCHANGE_RATES = {"exchange_rates": Input("reference.exchange_rates")}

SOURCES = {kind: f"silver.{kind}" for kind in KINDS} | {"conversions": "gold.conversions"}
"""Conversions are counted and credited as they stand after adjustments."""

EVENTS = {kind: Input(SOURCES[kind]) for kind in KINDS} | {
    "invalid_traffic": Input(INVALID_TRAFFIC, makes_dates_within=None, compared=True)
}

TOUCHING = {name: EVENTS[name] for name in ("impressions", "clicks", "invalid_traffic")}

EVENTS_AROUND = {
    kind: Input(SOURCES[kind], days_before=1, days_after=1, makes_dates_within=1) for kind in KINDS
} | {
    "invalid_traffic": Input(
        INVALID_TRAFFIC, days_before=1, days_after=1, makes_dates_within=None, compared=True
    )
}
"""A day of any time zone lies within its UTC date and the two next to it."""

AUCTIONS = {
    "bid_requests": Input("silver.bid_requests", days_before=2),
    "auction_outcomes": Input("silver.auction_outcomes"),
    "impressions": Input("silver.impressions", days_before=1),
    "clicks": Input("silver.clicks"),
    "conversions": Input(SOURCES["conversions"]),
}
"""Of an auction, all but the conversion happens within minutes, which midnight may divide twice."""

JOURNEYS = {
    "touches": Input("gold.touches", days_before=LONGEST_WINDOW_DAYS, makes_dates_within=None),
    "conversions": Input(SOURCES["conversions"]),
    "campaigns": Input("reference.campaigns"),
    "advertisers": Input("reference.advertisers"),
}


def _performance(spend: Spend, table: Table, slicing: Slicing | None = None) -> Mart:
    inputs = EVENTS | _spend_events(spend) | EXCHANGE_RATES
    gates = tuple(same_sums(kind) for kind in KINDS)
    return Mart(table, inputs, performance(table, spend), _meaning(spend), gates=gates, slicing=slicing)


def _spend_events(spend: Spend, around: int = 0) -> dict[str, Input]:
    """The table of spend, with so many days before and after, unless that is impressions, which are read anyway."""
    if spend.table == "impressions":
        return {}
    return {"spend_events": Input(f"silver.{spend.table}", around, around, makes_dates_within=around)}


def _meaning(spend: Spend) -> str:
    """The version of a mart of money: it is another one where spend counts something else."""
    return f"2 {spend}"


def _reach(table: Table) -> Mart:
    inputs = {name: EVENTS[name] for name in ("impressions", "invalid_traffic")}
    return Mart(table, inputs, users_by(table), finish=sketched(table))


def _of_journeys(table: Table, compute: Callable[..., Frame], gates: tuple[Gate, ...] = ()) -> Mart:
    return Mart(table, JOURNEYS, compute, gates=gates, slicing=BY_CONVERSION, crowded=crowded, cut=BY_BUCKET)


def marts_for(spend: Spend) -> tuple[Mart, ...]:
    """Every mart, each after those that it reads, where spend counts those events."""
    return (
        Mart(
            gold.CONVERSIONS,
            {
                "conversions": Input("silver.conversions"),
                "conversion_adjustments": Input(
                    "silver.conversion_adjustments", days_after=LONGEST_DAYS, makes_dates_within=None
                ),
            }
            | EXCHANGE_RATES,
            conversions,
        ),
        Mart(
            gold.ADJUSTMENTS_LEFT_OUT,
            {
                "conversions": Input("silver.conversions", days_before=LONGEST_DAYS, makes_dates_within=None),
                "conversion_adjustments": Input("silver.conversion_adjustments"),
            }
            | EXCHANGE_RATES,
            adjustments_left_out,
        ),
        _performance(spend, gold.CAMPAIGN_HOURLY, BY_HOUR),
        Mart(
            gold.CAMPAIGN_DAILY,
            {"campaign_hourly": Input("gold.campaign_hourly")},
            rolled_up,
            gates=(same_totals([column.name for column in COUNTS], "campaign_hourly"),),
        ),
        _performance(spend, gold.CREATIVE_DAILY),
        _performance(spend, gold.WEBSITE_DAILY),
        _reach(gold.CAMPAIGN_REACH),
        _reach(gold.USER_REACH),
        Mart(
            gold.CAMPAIGN_REPORTING_DAILY,
            EVENTS_AROUND | _spend_events(spend, around=1) | EXCHANGE_RATES,
            reporting_daily(spend),
            _meaning(spend),
            prepared={"local_days": lambda dates, _: local_days(dates)},
        ),
        Mart(
            gold.CAMPAIGN_PACING,
            {
                "spend": Input("gold.campaign_reporting_daily", days_before=LONGEST_FLIGHT_DAYS),
                "campaigns": Input("reference.campaigns"),
            }
            | EXCHANGE_RATES,
            pacing,
            prepared={"days": lambda dates, _: flight_days(dates)},
        ),
        Mart(
            gold.AUCTION_FUNNEL,
            AUCTIONS,
            auction_funnel,
            gates=tuple(same_sums(hop) for hop in ("impressions", "clicks", "conversions")),
        ),
        Mart(
            gold.SEGMENT_DAILY,
            {name: one for name, one in AUCTIONS.items() if name != "auction_outcomes"}
            | _spend_events(spend)
            | EXCHANGE_RATES,
            segment_daily(spend),
            _meaning(spend),
        ),
        Mart(gold.TOUCHES, TOUCHING, touches_by_key, row_wise=True, cut=BY_TIME),
        _of_journeys(gold.ATTRIBUTION, attribution, (credit_is_whole, revenue_is_whole, touches_precede)),
        Mart(gold.ATTRIBUTION_DAILY, {"attribution": Input("gold.attribution")}, attribution_daily),
        _of_journeys(gold.CONVERSION_PATHS, conversion_paths),
        Mart(
            gold.CONVERSION_DAILY,
            {"conversion_paths": Input("gold.conversion_paths")},
            conversion_daily,
            gates=(same_sums("conversions", "conversion_paths"),),
        ),
        Mart(
            gold.RESTATEMENTS,
            {
                "published": Input("gold.published"),
                "campaign_daily": Input("gold.campaign_daily", makes_dates_within=None),
            },
            restatements,
            prepared={"causes": causes},
        ),
        Mart(gold.ARRIVALS, {kind: Input(f"silver.{kind}") for kind in KINDS}, arrivals),
    )


MARTS = marts_for(declared_spend())


def mart_named(name: str) -> Mart:
    """The mart of that name."""
    return next(mart for mart in MARTS if mart.name == name)
