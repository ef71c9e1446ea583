"""The auction funnel, and what audience segments brought."""

import polars as pl

from schemas.metrics import FUNNEL_RATES, SEGMENT_RATES
from schemas.tables.gold.columns import CURRENCY, EVENT_DATE, count, money, rates, summary
from schemas.tables.table import TableColumn

AUCTION_FUNNEL = summary(
    "auction_funnel",
    "From bid request to conversion, each hop on its own date; hops that no feed reports are null, never zero.",
    (
        EVENT_DATE,
        TableColumn("exchange", pl.String(), "The exchange; `(unknown)` where the auction is not known."),
        TableColumn("deal_id", pl.String(), "The private deal; `(open)` without one."),
        TableColumn("website", pl.String(), "The site or app of the bid request."),
        TableColumn("device", pl.String(), "The kind of device of the bid request."),
        TableColumn("floor_band", pl.String(), "The floor of the bid request, in currency units CPM."),
    ),
    (
        count("bid_requests", "Bid requests, test traffic left out."),
        count("bids", "Our bids."),
        count("losses", "Bids that lost."),
        count("wins", "Bids that won."),
        count("billing_notices", "Wins that are billed."),
        count("impressions", "Served impressions."),
        count("measured_impressions", "Impressions whose viewability was measured."),
        count("viewable_impressions", "Impressions in view for at least one second (MRC, display)."),
        count("clicks", "Clicks."),
        count("conversions", "Conversions."),
        count(
            "orphan_outcomes", "Bids, losses, wins and billing notices without a bid request within a day."
        ),
        count("orphan_impressions", "Impressions without a bid request within a day."),
        count("orphan_clicks", "Clicks that name no impression of the day or the day before."),
        count("orphan_conversions", "Conversions that name no impression of the day or the day before."),
        count("priced_wins", "Wins with clearing price and floor in one currency."),
        TableColumn("clearing_micros", pl.Int64(), "Their clearing prices, summed.", "micros CPM"),
        TableColumn("won_floor_micros", pl.Int64(), "Their floors, summed.", "micros CPM"),
        count("timed_impressions", "Impressions at or after their bid request."),
        count("impressions_before_request", "Impressions that seem to come before it: clocks disagree."),
        TableColumn("latency_us", pl.Int64(), "From bid request to impression, summed over the timed.", "us"),
        *rates(FUNNEL_RATES),
    ),
)

SEGMENT_DAILY = summary(
    "segment_daily",
    "From bid request to conversion by audience segment and time of day; an event counts in each of its segments.",
    (
        EVENT_DATE,
        TableColumn(
            "segment", pl.String(), "The segment of the bid request; `(none)`, or `(unknown)` without one."
        ),
        TableColumn("country", pl.String(), "The viewer's country; `(unknown)` where nothing tells."),
        TableColumn("device", pl.String(), "The kind of device of the bid request."),
        TableColumn(
            "daypart",
            pl.String(),
            "night, morning, afternoon or evening, six hours each, by the viewer's clock.",
        ),
    ),
    (
        count("bid_requests", "Bid requests, test traffic left out."),
        count("impressions", "Served impressions."),
        count("clicks", "Clicks."),
        count("conversions", "Conversions."),
        CURRENCY,
        money("spend_micros", "What the impressions cost."),
        money("revenue_micros", "What the conversions were worth."),
        count("money_rows", "Impressions and conversions that carry an amount."),
        count("money_rows_left_out", "Those of them in another currency, which the sums leave out."),
        *rates(SEGMENT_RATES),
    ),
)

NOTICED = (
    "bids",
    "losses",
    "wins",
    "billing_notices",
    "orphan_outcomes",
    "priced_wins",
    "clearing_micros",
    "won_floor_micros",
)
"""What only auction outcomes tell."""

REQUESTED = (
    "bid_requests",
    "orphan_impressions",
    "timed_impressions",
    "impressions_before_request",
    "latency_us",
)
"""What only bid requests tell."""
