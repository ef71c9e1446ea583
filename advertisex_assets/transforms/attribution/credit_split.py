"""Exact integer shares: weights to micro-credits, micro-credits to revenue, both by largest remainder.

Not here: the weights themselves (`models`).

Largest remainder: everyone gets the floor of the exact share; the units left over go one each to the largest
remainders, and among equal remainders to the earliest touch. The shares therefore always sum to the whole.
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import CREDIT_MICROS, Frame

_GROUP = ("conversion_id", "model")


def split_credit(weighted: Frame) -> Frame:
    """Add `credit_micros` (Int64; sums to 1,000,000 per conversion and model) from `weight` (Int64, 1 to 2**40).

    Needs conversion_id, model, position (a total order within both). A touch whose exact share rounds to nothing
    keeps its row with credit 0.
    """
    scaled, total = nw.col("weight") * CREDIT_MICROS, nw.col("total")
    parts = weighted.with_columns(total=_sum("weight")).with_columns(
        floor=scaled // total, remainder=scaled % total
    )
    return _hand_out(parts, nw.lit(CREDIT_MICROS, nw.Int64), "credit_micros").drop("total")


def split_revenue(credited: Frame) -> Frame:
    """Add `revenue_micros` (Int64; sums to `conversion_revenue_micros`, null where that is null) by `credit_micros`.

    A negative revenue (refunds beyond the value) is split by its size and negated, so rounding mirrors.
    """
    size = nw.col("conversion_revenue_micros").abs()
    # size * credit would overflow Int64 from 9.2e12 micros on: whole credits and the rest are multiplied apart.
    whole, rest = size // CREDIT_MICROS, (size % CREDIT_MICROS) * nw.col("credit_micros")
    parts = credited.with_columns(
        floor=whole * nw.col("credit_micros") + rest // CREDIT_MICROS, remainder=rest % CREDIT_MICROS
    )
    shares = _hand_out(parts, size, "revenue_size")
    sign = (
        nw.when(nw.col("conversion_revenue_micros") < 0)
        .then(nw.lit(-1, nw.Int64))
        .otherwise(nw.lit(1, nw.Int64))
    )
    return shares.with_columns(revenue_micros=nw.col("revenue_size") * sign).drop("revenue_size")


def _hand_out(parts: Frame, whole: nw.Expr, name: str) -> Frame:
    """Turn floor and remainder into shares of the whole."""
    # Ascending order is the only one every engine's window takes: the largest remainder is the smallest negative.
    ranked = parts.with_columns(
        descending=nw.col("remainder") * -1, left_over=whole - _sum("floor")
    ).with_columns(
        turn=nw.col("position").cum_count().over(*_GROUP, order_by=("descending", "position")).cast(nw.Int64)
    )
    one_more = (nw.col("turn") <= nw.col("left_over")).cast(nw.Int64)
    return ranked.with_columns((nw.col("floor") + one_more).alias(name)).drop(
        "floor", "remainder", "descending", "left_over", "turn"
    )


def _sum(column: str) -> nw.Expr:
    # Sums of Int64 widen on some engines (HUGEINT on DuckDB).
    return nw.col(column).sum().over(*_GROUP).cast(nw.Int64)
