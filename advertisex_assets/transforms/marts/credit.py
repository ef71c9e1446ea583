"""Credit: attribution summed by the campaign that earned it, all models side by side."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.activity import MONEY_CURRENCY
from advertisex_assets.transforms.marts.currency import in_one_currency
from schemas.tables.gold import ATTRIBUTION_DAILY

MEASURES = ("credit_micros", "revenue_micros", "credited_conversions", "money_rows")


def attribution_daily(attribution: Frame) -> Frame:
    """`gold.attribution_daily` from `gold.attribution`."""
    grain = ATTRIBUTION_DAILY.grain_columns
    has_money = ~nw.col("revenue_micros").is_null()
    rows = attribution.with_columns(
        nw.when(has_money).then(nw.col("currency")).alias(MONEY_CURRENCY),
        revenue_micros=nw.col("revenue_micros").fill_null(0),
        money_rows=has_money.cast(nw.Int64),
    )
    # A conversion with several touches of one campaign is one credited conversion.
    per_conversion = rows.group_by(*grain, MONEY_CURRENCY, "conversion_id", "conversion_at").agg(
        nw.col(name).sum().cast(nw.Int64) for name in ("credit_micros", "revenue_micros", "money_rows")
    )
    counted = per_conversion.with_columns(credited_conversions=nw.lit(1, nw.Int64))
    summed = counted.group_by(*grain, MONEY_CURRENCY).agg(
        nw.col(name).sum().cast(nw.Int64) for name in MEASURES
    )
    return in_one_currency(summed, grain, MEASURES).select(*ATTRIBUTION_DAILY.schema)
