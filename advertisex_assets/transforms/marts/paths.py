"""Paths: `gold.conversion_paths` from silver, and `gold.conversion_daily` from the paths.

Not here: what a path is (`transforms.attribution.paths`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution import paths
from advertisex_assets.transforms.attribution.contract import CONVERSION_COLUMNS, Frame
from advertisex_assets.transforms.marts.activity import MONEY_CURRENCY
from advertisex_assets.transforms.marts.currency import in_one_currency
from advertisex_assets.transforms.marts.journeys import all_of, conversions_to_credit
from advertisex_assets.transforms.marts.rates import with_rates
from schemas.metrics import CONVERSION_RATES
from schemas.tables.gold import CONVERSION_DAILY, CONVERSION_PATHS

PATH_COLUMNS = ("path", "path_length", "time_to_convert_us", "capped")

CONVERSION_MEASURES = (
    "conversions",
    "valued_conversions",
    "touched_conversions",
    "money_rows",
    "revenue_micros",
    "time_to_convert_us",
)


def conversion_paths(
    touches: Frame, conversions: Frame, campaigns: Frame, advertisers: Frame, is_crowd: bool = False
) -> Frame:
    """`gold.conversion_paths`: one row per conversion, from `gold.touches`; times as Int64 epoch microseconds."""
    credited = conversions_to_credit(conversions, campaigns, advertisers)
    found = paths.conversion_paths(all_of(touches), credited.select(*CONVERSION_COLUMNS), crowded=is_crowd)
    found = found.select(nw.col("conversion_id").alias("path_of"), *PATH_COLUMNS)
    whole = credited.join(found, left_on="conversion_id", right_on="path_of", how="left")
    return whole.with_columns(
        conversion_id=nw.col("event_id"),
        conversion_at=nw.col("event_at"),
        first_touch_at=nw.col("event_at") - nw.col("time_to_convert_us"),
    ).select(*CONVERSION_PATHS.schema)


def conversion_daily(conversion_paths: Frame) -> Frame:
    """`gold.conversion_daily` from the paths."""
    grain = CONVERSION_DAILY.grain_columns
    keys = [*grain, MONEY_CURRENCY]
    sums = [nw.col(name).sum().cast(nw.Int64) for name in CONVERSION_MEASURES]
    rows = in_one_currency(_measured(conversion_paths).group_by(*keys).agg(*sums), grain, CONVERSION_MEASURES)
    # The average divides what is summed by how many were summed.
    valued = rows.with_columns(
        valued_conversions=nw.col("valued_conversions") - nw.col("money_rows_left_out")
    )
    return with_rates(valued, CONVERSION_RATES).select(*CONVERSION_DAILY.schema)


def _measured(conversions: Frame) -> Frame:
    """CONVERSION_MEASURES of each conversion, and MONEY_CURRENCY."""
    has_money = ~nw.col("revenue_micros").is_null()
    marked = conversions.with_columns(nw.when(has_money).then(nw.col("currency")).alias(MONEY_CURRENCY))
    return marked.with_columns(
        conversions=nw.lit(1, nw.Int64),
        valued_conversions=has_money.cast(nw.Int64),
        money_rows=has_money.cast(nw.Int64),
        touched_conversions=(nw.col("path_length") > 0).cast(nw.Int64),
        revenue_micros=nw.col("revenue_micros").fill_null(0),
        time_to_convert_us=nw.col("time_to_convert_us").fill_null(0),
    )
