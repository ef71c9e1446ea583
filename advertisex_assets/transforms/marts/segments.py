"""Segments: from bid request to conversion by audience segment, country, device and time of day of the bid request.

An event belongs to the auction that it names, or that its impression names, as in the funnel (`lookup`). One whose
request has several segments counts in each of them: sums over segments are larger than the whole.
"""

from collections.abc import Callable, Mapping

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.activity import HOUR_US, HOURS_PER_DAY, MONEY_CURRENCY
from advertisex_assets.transforms.marts.auctions import UNKNOWN
from advertisex_assets.transforms.marts.currency import in_one_currency
from advertisex_assets.transforms.marts.lookup import look_up, named_by
from advertisex_assets.transforms.marts.money import in_reporting_currency
from advertisex_assets.transforms.marts.rates import with_rates
from advertisex_assets.transforms.marts.spend import COST, with_cost
from schemas.metrics import SEGMENT_RATES
from schemas.spend import Spend
from schemas.tables.gold.auctions import SEGMENT_DAILY

NO_SEGMENT = "(none)"
MINUTE_US = 60_000_000
DAYPARTS = ("night", "morning", "afternoon", "evening")
"""From midnight of the viewer's clock, six hours each; UTC where the request does not tell the clock."""
HOURS_PER_PART = HOURS_PER_DAY // len(DAYPARTS)

TARGETING = ("segments", "country", "device", "daypart")
"""What a bid request tells; `segments` joined by commas."""
MEASURES = (
    "bid_requests",
    "impressions",
    "clicks",
    "conversions",
    "spend_micros",
    "revenue_micros",
    "money_rows",
)
ONE = nw.lit(1, nw.Int64)


def segment_daily(spend: Spend) -> Callable[..., Frame]:
    """The function that makes `gold.segment_daily`; it takes `spend_events` unless spend is impressions.

    Conversions come in the reporting currency already.
    """

    def compute(
        bid_requests: Frame,
        impressions: Frame,
        clicks: Frame,
        conversions: Frame,
        exchange_rates: Frame,
        spend_events: Frame | None = None,
    ) -> Frame:
        requests = targeting(bid_requests)
        costing = with_cost(impressions if spend_events is None else spend_events, spend)
        costs = _of(in_reporting_currency(costing, exchange_rates, COST), requests, "auction_id")
        acted_on = _of(named_by(impressions, [clicks, conversions], "impression_id"), requests, "auction_id")
        spent, shown = _amount(COST, "spend_micros"), {"impressions": ONE}
        if spend_events is None:
            delivered = [_part(costs, shown | spent, COST)]
        else:
            delivered = [_part(_of(impressions, requests, "auction_id"), shown), _part(costs, spent, COST)]
        parts = [
            _part(requests, {"bid_requests": ONE}),
            *delivered,
            _part(_of(clicks, acted_on, "impression_id"), {"clicks": ONE}),
            _part(
                _of(conversions, acted_on, "impression_id"),
                {"conversions": ONE} | _amount("revenue_micros", "revenue_micros"),
                "revenue_micros",
            ),
        ]
        return _by_segment(parts)

    return compute


def _by_segment(parts: list[Frame]) -> Frame:
    grain = SEGMENT_DAILY.grain_columns
    sums = [nw.col(name).sum().cast(nw.Int64) for name in MEASURES]
    every = nw.concat(parts, how="vertical").with_columns(segment=nw.col("segments").str.split(","))
    each = every.explode("segment").group_by(*grain, MONEY_CURRENCY).agg(*sums)
    return with_rates(in_one_currency(each, grain, MEASURES), SEGMENT_RATES).select(*SEGMENT_DAILY.schema)


def targeting(bid_requests: Frame) -> Frame:
    """Bid requests with TARGETING filled; test traffic is left out."""
    real = bid_requests.filter(~nw.col("is_test").fill_null(False))
    local = nw.col("event_at") + nw.col("utc_offset_minutes").fill_null(0) * MINUTE_US
    part = (local // HOUR_US) % HOURS_PER_DAY // HOURS_PER_PART
    daypart = nw.lit(DAYPARTS[-1])
    for place, name in enumerate(DAYPARTS[:-1]):
        daypart = nw.when(part == place).then(nw.lit(name)).otherwise(daypart)
    return real.with_columns(
        nw.col("segments").fill_null(NO_SEGMENT),
        nw.col("country").fill_null(UNKNOWN),
        nw.col("device").fill_null(UNKNOWN),
        daypart=daypart,
    )


def _of(events: Frame, rows: Frame, key: str) -> Frame:
    """Events with the TARGETING of the row that they name."""
    found = look_up(events, rows, key, TARGETING)
    return found.with_columns(nw.col(name).fill_null(UNKNOWN) for name in TARGETING)


def _amount(column: str, measure: str) -> dict[str, nw.Expr]:
    return {measure: nw.col(column).fill_null(0), "money_rows": (~nw.col(column).is_null()).cast(nw.Int64)}


def _part(events: Frame, measured: Mapping[str, nw.Expr], amount: str | None = None) -> Frame:
    """MEASURES of some events, summed before the union and before segments are told apart."""
    zero = nw.lit(0, nw.Int64)
    columns = [(measured.get(name, zero)).alias(f"sum:{name}") for name in MEASURES]
    currency = nw.lit(None, nw.String)
    if amount is not None:
        currency = nw.when(~nw.col(amount).is_null()).then(nw.col("currency"))
    keys = ("event_date", *TARGETING, MONEY_CURRENCY)
    sums = [nw.col(f"sum:{name}").sum().cast(nw.Int64).alias(name) for name in MEASURES]
    keyed = events.select("event_date", *TARGETING, *columns, currency.alias(MONEY_CURRENCY))
    return keyed.group_by(*keys).agg(*sums)
