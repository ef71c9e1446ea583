"""Mostly: a quick expression for the texts that nearly all senders write, a thorough one for the rest of them.

Not here: what either of them reads.
"""

from collections.abc import Callable

import polars as pl

Reading = Callable[[pl.Expr], pl.Expr]


def mostly(quick: Reading, thorough: Reading, dtype: pl.DataType) -> Reading:
    """Reads texts as `thorough` does, which only sees what `quick` gives null for.

    Where `quick` has an answer it must be that of `thorough`: only speed may differ. Polars reckons every branch of a
    `when` for every row, so an expression alone cannot spare the work.
    """

    def read(texts: pl.Series) -> pl.Series:
        table = texts.alias("text").to_frame()
        found = table.select(quick(pl.col("text")).cast(dtype).alias("found")).to_series()
        others = (found.is_null() & table["text"].is_not_null()).arg_true()
        if others.is_empty():
            return found
        rest = table[others].select(thorough(pl.col("text")).cast(dtype)).to_series()
        return rest.alias("found") if len(others) == len(found) else found.scatter(others, rest)

    return lambda text: text.map_batches(read, return_dtype=dtype, is_elementwise=True)
