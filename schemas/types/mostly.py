"""Mostly: a quick reading of the texts that nearly all senders write, a thorough one of the rest of them.

Not here: what either of them reads.
"""

from collections.abc import Callable

import polars as pl

from schemas.codecs.native.values import Values, values

Reading = Callable[[pl.Expr], pl.Expr]
Glance = Callable[[Values, pl.Series], pl.Series]


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


def glanced(glance: Glance, otherwise: Reading, dtype: pl.DataType) -> Reading:
    """Reads texts by a compiled loop; as `otherwise` does where none was compiled."""

    def read(texts: pl.Series) -> pl.Series:
        loops = values()
        if loops is not None:
            return glance(loops, texts)
        return texts.alias("text").to_frame().select(otherwise(pl.col("text")).cast(dtype)).to_series()

    return lambda text: text.map_batches(read, return_dtype=dtype, is_elementwise=True)


def once_per_value(reading: Reading, dtype: pl.DataType) -> Reading:
    """Reads each text once that occurs: worth it where few do, and reading is dear."""

    def read(texts: pl.Series) -> pl.Series:
        known = texts.unique().alias("text").to_frame().with_columns(reading(pl.col("text")).cast(dtype).alias("found"))
        return texts.alias("text").to_frame().join(
            known, on="text", how="left", nulls_equal=True, maintain_order="left"
        )["found"]

    return lambda text: text.map_batches(read, return_dtype=dtype, is_elementwise=True)


def followed(first: Reading, second: Reading, dtype: pl.DataType) -> Reading:
    """Reads with `second` what `first` reads, which it may name several times: Polars works out a function of ours
    anew wherever an expression names it."""

    def read(texts: pl.Series) -> pl.Series:
        found = texts.alias("text").to_frame().select(first(pl.col("text")).alias("found"))
        return found.select(second(pl.col("found")).cast(dtype)).to_series()

    return lambda text: text.map_batches(read, return_dtype=dtype, is_elementwise=True)


def stripped(text: pl.Expr) -> pl.Expr:
    """The texts without surrounding white space; the same memory where none has any, as nearly always."""
    return text.map_batches(_stripped, return_dtype=pl.String(), is_elementwise=True)


def _stripped(texts: pl.Series) -> pl.Series:
    loops = values()
    return texts if loops is not None and loops.are_bare(texts) else texts.str.strip_chars()


def nothing(text: pl.Expr) -> pl.Expr:
    """The quick reading that knows of no text."""
    return pl.when(pl.lit(False)).then(text)
