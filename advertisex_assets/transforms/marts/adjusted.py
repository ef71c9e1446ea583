"""Adjusted: conversions as they stand after refunds and other adjustments, on their own dates and in one currency.

Not here: how one adjustment changes a value (`transforms.attribution.adjustments`), rates (`money`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.adjustments import (
    REFUND,
    RESTATEMENT,
    RETRACTION,
    adjusted_conversions,
)
from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.money import DAY_US, in_reporting_currency
from schemas.tables.gold import ADJUSTMENTS_LEFT_OUT, CONVERSIONS

LONGEST_DAYS = 90
"""Days after a conversion in which it can be adjusted: returns and disputed payments are mostly settled by then."""


def conversions(conversions: Frame, conversion_adjustments: Frame, exchange_rates: Frame) -> Frame:
    """`gold.conversions` of the dates handed in, from silver and the adjustments of the LONGEST_DAYS after."""
    stated = _valued(conversions, exchange_rates).with_columns(conversion_id=nw.col("event_id"))
    counting = _counting(_told(conversion_adjustments), stated, exchange_rates)
    number = counting.group_by("conversion_id", "event_date").agg(
        nw.len().cast(nw.Int64).alias("adjustments")
    )
    # Ids are unique within some days only, so a conversion is named by its date as well.
    adjusted = adjusted_conversions(
        stated.with_columns(conversion_id=_dated("conversion_id")),
        counting.with_columns(conversion_id=_dated("conversion_id")),
    ).with_columns(conversion_id=nw.col("event_id"))
    counted = adjusted.join(number, on=["conversion_id", "event_date"], how="left")
    return counted.with_columns(nw.col("adjustments").fill_null(0)).select(*CONVERSIONS.schema)


def adjustments_left_out(conversions: Frame, conversion_adjustments: Frame, exchange_rates: Frame) -> Frame:
    """`gold.adjustments_left_out`: adjustments, and the conversions of the LONGEST_DAYS before."""
    told = _told(conversion_adjustments)
    stated = _valued(conversions, exchange_rates).with_columns(conversion_id=nw.col("event_id"))
    counting = _counting(told, stated, exchange_rates).select("adjustment_id", "adjusted_at")
    lost = told.join(counting, on=["adjustment_id", "adjusted_at"], how="anti")
    named = lost.with_columns(event_date=nw.col("adjusted_on"), value_micros=nw.col("stated_value_micros"))
    return named.select(*ADJUSTMENTS_LEFT_OUT.schema)


def _dated(name: str) -> nw.Expr:
    day = (nw.col("event_date").cast(nw.String), nw.col(name))
    return nw.concat_str(*day, separator=" ")


def _valued(conversions: Frame, exchange_rates: Frame) -> Frame:
    stated = conversions.with_columns(
        stated_revenue_micros=nw.col("revenue_micros"), stated_currency=nw.col("currency")
    )
    return in_reporting_currency(stated, exchange_rates, "revenue_micros")


def _told(adjustments: Frame) -> Frame:
    """Adjustments in the words of `transforms.attribution.adjustments`; a refund is never above zero."""
    kind, value = nw.col("conversion_type"), nw.col("revenue_micros")
    changes = kind.is_in([RESTATEMENT, RETRACTION])
    return adjustments.select(
        adjustment_id=nw.col("event_id"),
        conversion_id=nw.col("adjusted_conversion_id"),
        adjusted_at=nw.col("event_at"),
        adjusted_on=nw.col("event_date"),
        adjustment_type=nw.when(changes).then(kind).otherwise(nw.lit(REFUND)),
        stated_value_micros=nw.when(kind == RETRACTION)
        .then(nw.lit(None, nw.Int64))
        .when(kind == RESTATEMENT)
        .then(value)
        .otherwise(value.abs() * -1),
        stated_currency=nw.col("currency"),
    )


def _counting(told: Frame, stated: Frame, exchange_rates: Frame) -> Frame:
    """Adjustments beside the conversion that they change, valued at its date: a full refund leaves nothing."""
    known = stated.select(
        "conversion_id", "event_date", sold_at=nw.col("event_at"), sold_in=nw.col("currency")
    )
    pairs = told.join(known, on="conversion_id", how="inner").filter(_in_reach())
    dated = pairs.with_columns(
        event_at=nw.col("sold_at"),
        value_micros=nw.col("stated_value_micros"),
        currency=nw.col("stated_currency"),
    )
    valued = in_reporting_currency(dated, exchange_rates, "value_micros")
    comparable = (nw.col("adjustment_type") == RETRACTION) | (nw.col("currency") == nw.col("sold_in"))
    return valued.filter(comparable).with_columns(event_at=nw.col("adjusted_at"))


def _in_reach() -> nw.Expr:
    days = nw.col("adjusted_at") // DAY_US - nw.col("sold_at") // DAY_US
    return (days >= 0) & (days <= LONGEST_DAYS)
