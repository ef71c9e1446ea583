"""Rates: the last step of a mart, and the only floats."""

from collections.abc import Iterable

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from schemas.metrics import Rate


def with_rates(rows: Frame, rates: Iterable[Rate]) -> Frame:
    """The same rows with one Float64 column per rate; null where its denominator is zero."""
    return rows.with_columns(_rate(rate).alias(rate.name) for rate in rates)


def _rate(rate: Rate) -> nw.Expr:
    numerator = nw.col(rate.numerator).cast(nw.Float64)
    denominator = nw.col(rate.denominator).cast(nw.Float64)
    # Engines differ on division by zero, so it is never reached.
    safe = nw.when(nw.col(rate.denominator) != 0).then(denominator)
    return numerator * nw.lit(float(rate.scale)) / safe
