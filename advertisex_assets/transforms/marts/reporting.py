"""Reporting days: campaign performance by the days of each advertiser's own time zone."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.performance import Performance, performance
from schemas.spend import Spend
from schemas.tables.gold import CAMPAIGN_REPORTING_DAILY

UTC_ZONE = "UTC"
"""The zone of rows whose advertiser is unknown or names none."""


def reporting_daily(spend: Spend) -> Performance:
    """The function that makes `gold.campaign_reporting_daily` of the local days handed in.

    local_days: reporting_zone, event_date (UTC), reporting_date, from_us, to_us: the part of each local day that lies
    in a UTC date, half-open. `spend_events` as for `performance`.
    """
    counted = performance(CAMPAIGN_REPORTING_DAILY, spend)

    def compute(local_days: Frame, invalid_traffic: Frame, exchange_rates: Frame, **events: Frame) -> Frame:
        local = {name: _in_local_days(rows, local_days) for name, rows in events.items()}
        return counted(**local, invalid_traffic=invalid_traffic, exchange_rates=exchange_rates)

    return compute


def _in_local_days(rows: Frame, local_days: Frame) -> Frame:
    zoned = rows.with_columns(nw.col("reporting_zone").fill_null(UTC_ZONE))
    # Joined by UTC date too: a row then meets the two or three local days near it, and not every day of the calendar.
    near = zoned.join(local_days, on=["reporting_zone", "event_date"], how="inner")
    return near.filter((nw.col("from_us") <= nw.col("event_at")) & (nw.col("event_at") < nw.col("to_us")))
