"""Transition counts of a Markov chain of order 1 to 3 over coded steps.

Not here: what follows from them (`markov`).

A context is the last `order` codes of a journey as one Int64: base 64 digits of code + 1, the latest lowest, 0 where
the journey is shorter. The empty context 0 is the start.
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame

BASE = 64
CONVERSION = -1
NOTHING = -2
MAX_ORDER = 3


def transitions(coded: Frame, order: int) -> Frame:
    """How often each context was followed by each code, by CONVERSION or by NOTHING.

    Returns context, next, count (all Int64), one row per (context, next). Without steps there are no rows.
    """
    if not 1 <= order <= MAX_ORDER:
        raise ValueError(f"order must be from 1 to {MAX_ORDER}, not {order}")
    before, after = _context(range(1, order + 1)), _context(range(order))
    steps = coded.with_columns(before=before, after=after)
    moves = steps.select(context=nw.col("before"), next=nw.col("code"))
    last = steps.filter(nw.col("position") == nw.col("length"))
    outcome = (
        nw.when(nw.col("converted") == 1).then(nw.lit(CONVERSION)).otherwise(nw.lit(NOTHING)).cast(nw.Int64)
    )
    ends = last.with_columns(outcome=outcome).select(context=nw.col("after"), next=nw.col("outcome"))
    return (
        nw.concat([moves, ends], how="vertical")
        .group_by("context", "next")
        .agg(nw.len().cast(nw.Int64).alias("count"))
    )


def _context(lags: range) -> nw.Expr:
    return nw.sum_horizontal(*[_digit(lag) * BASE**place for place, lag in enumerate(lags)])


def _digit(lag: int) -> nw.Expr:
    code = nw.col("code") + 1
    if lag == 0:
        return code
    return code.shift(lag).over("journey_id", order_by="position").fill_null(0)
