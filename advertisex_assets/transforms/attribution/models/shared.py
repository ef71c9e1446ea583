"""Models that share a conversion by place alone: linear and position_based.

Not here: sharing by age (`time_decay`).
"""

import narwhals.stable.v2 as nw


def linear() -> nw.Expr:
    """Every competing touch the same."""
    return nw.col("competes").cast(nw.Int64)


def position_based() -> nw.Expr:
    """40% to the first, 40% to the last, 20% shared by those between; two get half each; one gets all.

    As integers: with m touches between, an end weighs 2m and a middle 1, so that 2m : m : 2m is 40 : 20 : 40.
    """
    length, position = nw.col("path_length"), nw.col("position")
    one = nw.lit(1, nw.Int64)
    is_end = (position == 1) | (position == length)
    end = nw.when(length > 2).then((length - 2) * 2).otherwise(one)
    weight = nw.when(is_end).then(end).otherwise(one)
    return nw.when(nw.col("competes")).then(weight).otherwise(nw.lit(0, nw.Int64))
