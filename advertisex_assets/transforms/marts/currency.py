"""Currency: one currency per row of a mart, and amounts in others kept out of its sums, in plain sight."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.marts.activity import MONEY_CURRENCY

AMOUNTS = ("spend_micros", "billable_spend_micros", "revenue_micros")


def in_one_currency(rows: Frame, grain: Sequence[str], measures: Sequence[str]) -> Frame:
    """Rows by grain and MONEY_CURRENCY to rows by grain with `currency` and `money_rows_left_out`.

    The currency is the first by code of those with an amount: a rule that gives the same for a day as for the sum of
    its hours. Counts are of all rows; AMOUNTS only of those in that currency.
    """
    chosen = rows.with_columns(nw.col(MONEY_CURRENCY).min().over(*grain).alias("currency"))
    # An amount without currency is nobody's: no rate was known.
    foreign = ~(nw.col(MONEY_CURRENCY) == nw.col("currency")).fill_null(False)
    zero = nw.lit(0, nw.Int64)
    kept = [
        nw.when(~foreign).then(nw.col(name)).otherwise(zero).alias(name)
        for name in AMOUNTS
        if name in measures
    ]
    left_out = nw.when(foreign).then(nw.col("money_rows")).otherwise(zero).alias("money_rows_left_out")
    summed = chosen.with_columns(*kept, left_out).group_by(*grain, "currency")
    return summed.agg(nw.col(name).sum().cast(nw.Int64) for name in (*measures, "money_rows_left_out"))
