"""Pacing: what each running campaign has spent against an even spread of its budget over its flight."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.money import DAY_US, in_reporting_currency
from advertisex_assets.transforms.marts.rates import with_rates
from schemas.metrics import PACING_RATES
from schemas.tables.gold import CAMPAIGN_PACING

LONGEST_FLIGHT_DAYS = 400
"""Spend is summed over so many days at most: a year and a month. Longer flights have no spend to date."""

_KEY = ("campaign_id", "reporting_date")


def pacing(spend: Frame, campaigns: Frame, exchange_rates: Frame, days: Frame) -> Frame:
    """`gold.campaign_pacing` of the wanted days.

    spend: rows of campaign_reporting_daily; campaigns: the reference, with starts_on and ends_on as Int64 days since
    1970 and validity in Int64 us; days: reporting_date, day (Int64), to_us (the end of the UTC day), wanted. The
    version of a campaign that holds at the end of a day is the day's. A campaign without budget has no row; one whose
    flight has an open end has no plan, and without a start its spend counts as far back as `days` goes. Budgets are in
    the reporting currency by the rate of the day.
    """
    running = in_reporting_currency(_running(campaigns, days), exchange_rates, "budget_micros").drop(
        "event_at"
    )
    spent = _spent(spend, days)
    pairs = running.join(spent, on="campaign_id", how="left")
    return with_rates(_summed(pairs), PACING_RATES).select(*CAMPAIGN_PACING.schema)


def _running(campaigns: Frame, days: Frame) -> Frame:
    """One row per wanted day and campaign whose flight covers it."""
    every = days.filter(nw.col("wanted")).join(campaigns, how="cross")
    holds = nw.col("valid_from").is_null() | (nw.col("valid_from") < nw.col("to_us"))
    still = nw.col("valid_to").is_null() | (nw.col("valid_to") >= nw.col("to_us"))
    begun = nw.col("starts_on").is_null() | (nw.col("starts_on") <= nw.col("day"))
    flies = begun & (nw.col("ends_on").is_null() | (nw.col("day") <= nw.col("ends_on")))
    named = every.filter(holds & still & flies & (nw.col("budget_micros") >= 0))
    return named.with_columns(
        flight_days=nw.col("ends_on") - nw.col("starts_on") + 1,
        flight_day=nw.col("day") - nw.col("starts_on") + 1,
        event_at=nw.col("to_us") - DAY_US,
    ).select(
        *_KEY,
        "event_at",
        "advertiser_id",
        "currency",
        "budget_micros",
        "flight_days",
        "flight_day",
        "day",
        "starts_on",
    )


def _spent(spend: Frame, days: Frame) -> Frame:
    named = {"day": "spend_day", "currency": "spend_currency"}
    dated = spend.select("campaign_id", "reporting_date", "currency", "spend_micros")
    return (
        dated.join(days, on="reporting_date", how="inner")
        .rename(named)
        .select("campaign_id", "spend_day", "spend_currency", "spend_micros")
    )


def _summed(pairs: Frame) -> Frame:
    day, zero = nw.col("spend_day"), nw.lit(0, nw.Int64)
    begun = nw.col("starts_on").is_null() | (nw.col("starts_on") <= day)
    in_flight = begun & (day <= nw.col("day"))
    ours = in_flight & (nw.col("spend_currency") == nw.col("currency"))
    foreign = in_flight & (nw.col("spend_micros") != 0) & (nw.col("spend_currency") != nw.col("currency"))
    amounts = pairs.with_columns(
        spend_micros=nw.when(ours & (day == nw.col("day"))).then(nw.col("spend_micros")).otherwise(zero),
        spend_to_date_micros=nw.when(ours).then(nw.col("spend_micros")).otherwise(zero),
        days_left_out=nw.when(foreign).then(nw.lit(1, nw.Int64)).otherwise(zero),
    )
    keys = (*_KEY, "advertiser_id", "currency", "budget_micros", "flight_days", "flight_day")
    sums = [
        nw.col(name).sum().cast(nw.Int64)
        for name in ("spend_micros", "spend_to_date_micros", "days_left_out")
    ]
    planned = nw.col("budget_micros") * nw.col("flight_day") // nw.col("flight_days")
    summed = amounts.group_by(*keys).agg(*sums).with_columns(planned_to_date_micros=planned)
    in_reach = nw.when((nw.col("flight_day") <= LONGEST_FLIGHT_DAYS).fill_null(True)).then(
        nw.col("spend_to_date_micros")
    )
    return summed.with_columns(spend_to_date_micros=in_reach)
