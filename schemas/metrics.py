"""Every rate of the gold tables, defined once: its numerator, its denominator, its scale and its unit.

Not here: how rates are computed (`transforms.marts.rates`), or what is counted (`schemas.tables.gold`).
"""

from dataclasses import dataclass

PER_MILLE = 1_000
"""CPM is the price of a thousand impressions."""


@dataclass(frozen=True)
class Rate:
    """`numerator / denominator * scale`, as Float64; null where the denominator is zero or either is null.

    Numerator and denominator are columns of the same row, so a rate over many rows is the ratio of their sums.
    """

    name: str
    numerator: str
    denominator: str
    description: str
    unit: str = "ratio"
    scale: int = 1


CTR = Rate("ctr", "clicks", "impressions", "Click-through rate: clicks per impression.")
CVR = Rate("cvr", "conversions", "clicks", "Conversion rate: conversions per click.")
VIEWABILITY = Rate(
    "viewability",
    "viewable_impressions",
    "measured_impressions",
    "Viewable rate (MRC): viewable impressions per impression whose viewability was measured.",
)
CPM = Rate(
    "cpm_micros",
    "spend_micros",
    "impressions",
    "Cost per mille: spend per thousand impressions.",
    "micros of currency",
    PER_MILLE,
)
CPC = Rate("cpc_micros", "spend_micros", "clicks", "Cost per click.", "micros of currency")
CPA = Rate("cpa_micros", "spend_micros", "conversions", "Cost per conversion (action).", "micros of currency")
ROAS = Rate("roas", "revenue_micros", "spend_micros", "Return on ad spend: revenue per spend.")

PERFORMANCE_RATES = (CTR, CVR, VIEWABILITY, CPM, CPC, CPA, ROAS)
"""The rates of every campaign, creative and website mart."""

AVERAGE_REVENUE = Rate(
    "average_revenue_micros",
    "revenue_micros",
    "valued_conversions",
    "Average order value: revenue per conversion that carried one.",
    "micros of currency",
)
TOUCHED_SHARE = Rate(
    "touched_share", "touched_conversions", "conversions", "Share of conversions that any touch preceded."
)
TIME_TO_CONVERT = Rate(
    "mean_time_to_convert_us",
    "time_to_convert_us",
    "touched_conversions",
    "Mean time from first touch to conversion.",
    "us",
)
CONVERSION_RATES = (AVERAGE_REVENUE, TOUCHED_SHARE, TIME_TO_CONVERT)
"""The rates of the conversion mart."""

PACING = Rate(
    "pacing",
    "spend_to_date_micros",
    "planned_to_date_micros",
    "Spend so far per even share of the budget so far: 1 is on plan, above is ahead.",
)
BUDGET_USED = Rate(
    "budget_used", "spend_to_date_micros", "budget_micros", "Share of the budget that is spent."
)
PACING_RATES = (PACING, BUDGET_USED)
"""The rates of the pacing mart."""

BID_RATE = Rate("bid_rate", "bids", "bid_requests", "Bids per bid request.")
WIN_RATE = Rate("win_rate", "wins", "bids", "Wins per bid.")
FILL_RATE = Rate("fill_rate", "impressions", "bid_requests", "Impressions per bid request.")
RENDER_RATE = Rate("render_rate", "impressions", "wins", "Impressions per win.")
CLEARING_TO_FLOOR = Rate(
    "clearing_to_floor",
    "clearing_micros",
    "won_floor_micros",
    "Clearing price per floor, over wins with both.",
)
LATENCY = Rate(
    "mean_latency_us", "latency_us", "timed_impressions", "Mean time from request to impression.", "us"
)
FUNNEL_RATES = (BID_RATE, WIN_RATE, FILL_RATE, RENDER_RATE, VIEWABILITY, CTR, CVR, CLEARING_TO_FLOOR, LATENCY)
"""The rates of the auction funnel."""

SEGMENT_RATES = (FILL_RATE, CTR, CVR, CPM, CPC, CPA, ROAS)
"""The rates of the segment mart."""

FREQUENCY = Rate(
    "frequency", "impressions", "users", "Mean impressions per user reached.", "impressions per user"
)
REACH_RATES = (FREQUENCY,)
"""The rates of the reach marts."""
