"""Performance: delivery, cost and results by campaign, creative and website."""

from collections.abc import Callable

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.activity import MEASURES, MONEY_CURRENCY, activity
from advertisex_assets.transforms.marts.currency import in_one_currency
from advertisex_assets.transforms.marts.money import in_reporting_currency
from advertisex_assets.transforms.marts.rates import with_rates
from advertisex_assets.transforms.marts.spend import COST, with_cost
from schemas.metrics import PERFORMANCE_RATES
from schemas.spend import Spend
from schemas.tables.gold.performance import CAMPAIGN_DAILY
from schemas.tables.table import Table

Performance = Callable[..., Frame]


def performance(table: Table, spend: Spend) -> Performance:
    """The function that makes a performance table, at the table's own grain.

    It takes `spend_events`, the rows of the table of spend, unless that is impressions.
    """

    def compute(
        impressions: Frame,
        clicks: Frame,
        conversions: Frame,
        engagements: Frame,
        invalid_traffic: Frame,
        exchange_rates: Frame,
        spend_events: Frame | None = None,
    ) -> Frame:
        grain = table.grain_columns
        costing = with_cost(impressions if spend_events is None else spend_events, spend)
        priced = in_reporting_currency(costing, exchange_rates, COST)
        shown, costs = (priced, None) if spend_events is None else (impressions, priced)
        happened = activity(shown, clicks, conversions, engagements, invalid_traffic, grain, costs)
        counted = in_one_currency(happened, grain, MEASURES)
        return with_rates(counted, PERFORMANCE_RATES).select(*table.schema)

    return compute


def rolled_up(campaign_hourly: Frame) -> Frame:
    """`gold.campaign_daily` from `gold.campaign_hourly`, the same as from the events themselves.

    Nothing in the day's currency is lost: it is the first by code, so it is the currency of every hour that has it.
    """
    grain, left_out = CAMPAIGN_DAILY.grain_columns, nw.col("money_rows_left_out")
    hours = campaign_hourly.with_columns(
        nw.col("currency").alias(MONEY_CURRENCY),
        money_rows=nw.col("money_rows") - left_out,
        left_out_before=left_out,
    )
    days = in_one_currency(
        hours.drop("currency", "money_rows_left_out"), grain, (*MEASURES, "left_out_before")
    )
    before = nw.col("left_out_before")
    whole = days.with_columns(
        money_rows=nw.col("money_rows") + before, money_rows_left_out=nw.col("money_rows_left_out") + before
    )
    return with_rates(whole, PERFORMANCE_RATES).select(*CAMPAIGN_DAILY.schema)
