"""Paths: the touches before each conversion in order of time, and the conversions counted by type."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.candidates import candidates
from advertisex_assets.transforms.attribution.contract import (
    CONVERSION_COLUMNS,
    DEFAULT_TOUCH_CAP,
    TOUCH_ORDER,
    UNATTRIBUTED,
    Frame,
)
from advertisex_assets.transforms.marts.activity import MONEY_CURRENCY
from advertisex_assets.transforms.marts.currency import in_one_currency
from advertisex_assets.transforms.marts.journeys import conversions_to_credit, touches
from advertisex_assets.transforms.marts.rates import with_rates
from schemas.metrics import CONVERSION_RATES
from schemas.tables.gold import CONVERSION_DAILY, CONVERSION_PATHS

STEP_SEPARATOR = " > "


def conversion_paths(impressions: Frame, clicks: Frame, conversions: Frame) -> Frame:
    """`gold.conversion_paths`: one row per conversion, with or without touches; times as Int64 epoch microseconds."""
    credited = conversions_to_credit(conversions)
    pairs = candidates(touches(impressions, clicks), credited.select(*CONVERSION_COLUMNS))
    paths = _paths(pairs.filter(nw.col("touch_type") != UNATTRIBUTED))
    named = paths.rename({"conversion_id": "path_of"})
    whole = credited.join(named, left_on="conversion_id", right_on="path_of", how="left")
    return whole.with_columns(
        conversion_id=nw.col("event_id"),
        conversion_at=nw.col("event_at"),
        path_length=nw.col("path_length").fill_null(0),
        time_to_convert_us=nw.col("event_at") - nw.col("first_touch_at"),
    ).select(*CONVERSION_PATHS.schema)


def _paths(pairs: Frame) -> Frame:
    """conversion_id, path, path_length, first_touch_at, last_touch_at of conversions with at least one touch."""
    length = nw.len().over("conversion_id").cast(nw.Int64)
    place = nw.col("touch_at").cum_count().over("conversion_id", order_by=TOUCH_ORDER).cast(nw.Int64)
    placed = pairs.with_columns(path_length=length, place=place)
    # The place among the latest: no engine-neutral aggregate joins texts in a given order, so each place is a column.
    late = nw.when(nw.col("path_length") > DEFAULT_TOUCH_CAP).then(nw.col("path_length") - DEFAULT_TOUCH_CAP)
    shown = placed.with_columns(place=nw.col("place") - late.otherwise(nw.lit(0, nw.Int64)), step=_step())
    steps = [f"step_{place}" for place in range(1, DEFAULT_TOUCH_CAP + 1)]
    wide = shown.with_columns(
        nw.when(nw.col("place") == place).then(nw.col("step")).alias(name)
        for place, name in enumerate(steps, 1)
    )
    per_conversion = wide.group_by("conversion_id", "path_length").agg(
        nw.col("touch_at").min().cast(nw.Int64).alias("first_touch_at"),
        nw.col("touch_at").max().cast(nw.Int64).alias("last_touch_at"),
        *(nw.col(name).max() for name in steps),
    )
    path = nw.concat_str([nw.col(name) for name in steps], separator=STEP_SEPARATOR, ignore_nulls=True)
    return per_conversion.with_columns(path=path).drop(*steps)


def _step() -> nw.Expr:
    return nw.concat_str([nw.col("touch_type"), nw.col("campaign_id")], separator=":")


def conversion_daily(conversion_paths: Frame) -> Frame:
    """`gold.conversion_daily` from the paths."""
    grain = CONVERSION_DAILY.grain_columns
    has_money = ~nw.col("revenue_micros").is_null()
    keyed = conversion_paths.with_columns(nw.when(has_money).then(nw.col("currency")).alias(MONEY_CURRENCY))
    counted = keyed.with_columns(
        conversions=nw.lit(1, nw.Int64),
        valued_conversions=has_money.cast(nw.Int64),
        money_rows=has_money.cast(nw.Int64),
        touched_conversions=(nw.col("path_length") > 0).cast(nw.Int64),
        revenue_micros=nw.col("revenue_micros").fill_null(0),
        time_to_convert_us=nw.col("time_to_convert_us").fill_null(0),
    )
    measures = (
        "conversions",
        "valued_conversions",
        "touched_conversions",
        "money_rows",
        "revenue_micros",
        "time_to_convert_us",
    )
    summed = counted.group_by(*grain, MONEY_CURRENCY).agg(
        nw.col(name).sum().cast(nw.Int64) for name in measures
    )
    rows = in_one_currency(summed, grain, measures)
    in_currency = rows.with_columns(
        valued_conversions=nw.col("valued_conversions") - nw.col("money_rows_left_out")
    )
    return with_rates(in_currency, CONVERSION_RATES).select(*CONVERSION_DAILY.schema)
