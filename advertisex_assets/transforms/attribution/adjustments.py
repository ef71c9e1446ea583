"""Refunds and other adjustments, applied to the conversion that they name, on that conversion's own date.

Not here: writing down that a published number changed (`gold.restatements`).

adjustments, one row per adjustment_id: adjustment_id, conversion_id String; event_at Int64 us; adjustment_type
"refund" (value_micros, negative, is added), "restatement" (value_micros replaces the value and all that was adjusted
before), "retraction" (the conversion never happened); value_micros Int64, null for a retraction.
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame

REFUND = "refund"
RESTATEMENT = "restatement"
RETRACTION = "retraction"

_ORDER = ("event_at", "adjustment_id")


def adjusted_conversions(conversions: Frame, adjustments: Frame) -> Frame:
    """Conversions as they stand after every adjustment: revenue_micros changed, retracted ones left out.

    Keeps the columns of `conversions`. A conversion without value counts as 0 once it is adjusted.
    """
    changes = conversions.join(_net(adjustments), on="conversion_id", how="left").filter(
        nw.col("retractions").fill_null(0) == 0
    )
    base = (
        nw.when(nw.col("restatements") > 0)
        .then(nw.col("restated"))
        .otherwise(nw.col("revenue_micros").fill_null(0))
    )
    revenue = (
        nw.when(nw.col("restatements").is_null())
        .then(nw.col("revenue_micros"))
        .otherwise(base + nw.col("refunded"))
    )
    return changes.with_columns(revenue_micros=revenue).drop(
        "retractions", "restatements", "restated", "refunded"
    )


def orphan_adjustments(conversions: Frame, adjustments: Frame) -> Frame:
    """Adjustments that name no known conversion: kept apart to be applied when it comes, never dropped silently."""
    return adjustments.join(conversions.select("conversion_id"), on="conversion_id", how="anti")


def _net(adjustments: Frame) -> Frame:
    """Per conversion: retractions, restatements (0 or 1), restated micros, micros refunded since."""
    turn = nw.col("event_at").cum_count().over("conversion_id", order_by=_ORDER).cast(nw.Int64)
    is_restatement = nw.col("adjustment_type") == RESTATEMENT
    restated_in = nw.when(is_restatement).then(nw.col("turn")).otherwise(nw.lit(0, nw.Int64))
    counted = (
        adjustments.with_columns(turn=turn)
        .with_columns(restated_in=restated_in)
        .with_columns(last=nw.col("restated_in").max().over("conversion_id").cast(nw.Int64))
        .with_columns(
            retracts=(nw.col("adjustment_type") == RETRACTION).cast(nw.Int64),
            restates=(is_restatement & (nw.col("turn") == nw.col("last"))).cast(nw.Int64),
            refunds=((nw.col("adjustment_type") == REFUND) & (nw.col("turn") > nw.col("last"))).cast(
                nw.Int64
            ),
            value=nw.col("value_micros").fill_null(0),
        )
        .with_columns(
            restating=nw.col("value") * nw.col("restates"), refunding=nw.col("value") * nw.col("refunds")
        )
    )
    sums = {
        "retracts": "retractions",
        "restates": "restatements",
        "restating": "restated",
        "refunding": "refunded",
    }
    return counted.group_by("conversion_id").agg(
        *[nw.col(column).sum().cast(nw.Int64).alias(name) for column, name in sums.items()]
    )
