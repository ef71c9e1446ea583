"""Funnel: from bid request to conversion, by exchange, deal, site, device and floor, each hop on its own date.

An event belongs to the auction that it names, or that its impression names, if that was on the same UTC day or the
one before: later ones count as orphans (attribution follows conversions for weeks). Not here: the auctions themselves
(`auctions`).
"""

from collections.abc import Mapping

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.activity import VIEWABLE_MS
from advertisex_assets.transforms.marts.auctions import DIMENSIONS, described, filled, with_auction
from advertisex_assets.transforms.marts.lookup import look_up, named_by
from advertisex_assets.transforms.marts.rates import with_rates
from schemas.metrics import FUNNEL_RATES
from schemas.tables.gold.auctions import AUCTION_FUNNEL, NOTICED, REQUESTED

GRAIN = ("event_date", *DIMENSIONS)

MEASURES = tuple(
    column.name for column in AUCTION_FUNNEL.columns if column.name not in GRAIN and column.dtype.is_integer()
)

ONE = nw.lit(1, nw.Int64)
Measured = Mapping[str, nw.Expr]


def auction_funnel(
    bid_requests: Frame, auction_outcomes: Frame, impressions: Frame, clicks: Frame, conversions: Frame
) -> Frame:
    """`gold.auction_funnel`; hops that no feed reported on a date are null (not observed), never zero."""
    requests = described(bid_requests)
    acted_on = with_auction(named_by(impressions, [clicks, conversions], "impression_id"), requests)
    orphan = _if(nw.col("is_orphan"))
    parts = [
        _part(requests, {"bid_requests": ONE}),
        _part(with_auction(auction_outcomes, requests), _of_outcomes()),
        _part(with_auction(impressions, requests), _of_impressions()),
        _part(_after(clicks, acted_on), {"clicks": ONE, "orphan_clicks": orphan}),
        _part(_after(conversions, acted_on), {"conversions": ONE, "orphan_conversions": orphan}),
    ]
    sums = [nw.col(name).sum().cast(nw.Int64).alias(name) for name in MEASURES]
    counted = nw.concat(parts, how="vertical").group_by(*GRAIN).agg(*sums)
    noticed = _only_observed(counted, auction_outcomes, NOTICED)
    observed = _only_observed(noticed, bid_requests, REQUESTED)
    return with_rates(observed, FUNNEL_RATES).select(*AUCTION_FUNNEL.schema)


def _after(events: Frame, acted_on: Frame) -> Frame:
    """Events with the dimensions of the impression that they name."""
    return filled(look_up(events, acted_on, "impression_id", DIMENSIONS))


def _of_outcomes() -> Measured:
    outcome, price, floor = nw.col("outcome"), nw.col("clearing_micros"), nw.col("floor_micros")
    comparable = (outcome == "win") & (nw.col("currency") == nw.col("floor_currency"))
    both = comparable & ~price.is_null() & ~floor.is_null()
    return {
        "bids": _if(outcome == "bid"),
        "losses": _if(outcome == "loss"),
        "wins": _if(outcome == "win"),
        "billing_notices": _if(outcome == "billing"),
        "orphan_outcomes": _if(nw.col("is_orphan")),
        "priced_wins": _if(both),
        "clearing_micros": _if(both, price),
        "won_floor_micros": _if(both, floor),
    }


def _of_impressions() -> Measured:
    viewable_ms, latency = nw.col("viewable_ms"), nw.col("event_at") - nw.col("request_at")
    # Clocks of two machines may disagree: an impression before its request says so, and has no latency.
    return {
        "impressions": ONE,
        "orphan_impressions": _if(nw.col("is_orphan")),
        "measured_impressions": _if(~viewable_ms.is_null()),
        "viewable_impressions": _if(viewable_ms >= VIEWABLE_MS),
        "timed_impressions": _if(latency >= 0),
        "impressions_before_request": _if(latency < 0),
        "latency_us": _if(latency >= 0, latency),
    }


def _if(condition: nw.Expr, value: nw.Expr = ONE) -> nw.Expr:
    return nw.when(condition).then(value).otherwise(nw.lit(0, nw.Int64))


def _part(events: Frame, measured: Measured) -> Frame:
    """Measures of some events, summed by GRAIN before the union, so that it stays small; the others are zero."""
    # Under names of their own: a measure may be named as a column that another one reads.
    columns = [
        (measured[name] if name in measured else nw.lit(0, nw.Int64)).alias(f"sum:{name}")
        for name in MEASURES
    ]
    sums = [nw.col(f"sum:{name}").sum().cast(nw.Int64).alias(name) for name in MEASURES]
    return events.select(*GRAIN, *columns).group_by(*GRAIN).agg(*sums)


def _only_observed(rows: Frame, feed: Frame, names: tuple[str, ...]) -> Frame:
    """Null in those columns on dates without a single row of the feed."""
    dates = feed.select("event_date").unique().with_columns(nw.lit(True).alias("observed"))
    joined = rows.join(dates, on="event_date", how="left")
    kept = [nw.when(nw.col("observed")).then(nw.col(name)).alias(name) for name in names]
    return joined.with_columns(*kept).drop("observed")
