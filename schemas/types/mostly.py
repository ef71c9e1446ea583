"""Mostly: a quick reading of the texts that nearly all senders write, a thorough one of the rest of them.

Not here: what either of them reads.
"""

from collections.abc import Callable

import polars as pl

from schemas.codecs.native.values import Values, values

Reading = Callable[[pl.Expr], pl.Expr]
Glance = Callable[[Values, pl.Series], pl.Series]

TEXT, FOUND = "text", "found"


def mostly(quick: Reading, thorough: Reading, dtype: pl.DataType) -> Reading:
    """Reads texts as `thorough` does, which only sees what `quick` gives null for.

    Where `quick` has an answer it must be that of `thorough`: only speed may differ. Polars reckons every branch of a
    `when` for every row, so an expression alone cannot spare the work.
    """

    def read(texts: pl.Series) -> pl.Series:
        found = _read(texts, quick, dtype)
        others = (found.is_null() & texts.is_not_null()).arg_true()
        if others.is_empty():
            return found
        rest = _read(texts[others], thorough, dtype)
        return rest if len(others) == len(found) else found.scatter(others, rest)

    return _reading(read, dtype)


def glanced(glance: Glance, otherwise: Reading, dtype: pl.DataType) -> Reading:
    """Reads texts by a compiled loop; as `otherwise` does where none was compiled."""

    def read(texts: pl.Series) -> pl.Series:
        loops = values()
        return _read(texts, otherwise, dtype) if loops is None else glance(loops, texts)

    return _reading(read, dtype)


def once_per_value(reading: Reading, dtype: pl.DataType) -> Reading:
    """Reads each text once that occurs: worth it where few do, and reading is dear."""

    def read(texts: pl.Series) -> pl.Series:
        known = texts.unique().alias(TEXT).to_frame()
        meant = known.with_columns(_read(known[TEXT], reading, dtype))
        every = texts.alias(TEXT).to_frame()
        return every.join(meant, on=TEXT, how="left", nulls_equal=True, maintain_order="left")[FOUND]

    return _reading(read, dtype)


def followed(first: Reading, second: Reading, dtype: pl.DataType) -> Reading:
    """Reads with `second` what `first` reads, which it may name several times: Polars works out a function of ours
    anew wherever an expression names it."""
    return _reading(lambda texts: _read(_read(texts, first), second, dtype), dtype)


def nothing(text: pl.Expr) -> pl.Expr:
    """The quick reading that knows of no text."""
    return pl.when(pl.lit(False)).then(text)


def _reading(read: Callable[[pl.Series], pl.Series], dtype: pl.DataType) -> Reading:
    return lambda text: text.map_batches(read, return_dtype=dtype, is_elementwise=True)


def _read(texts: pl.Series, reading: Reading, dtype: pl.DataType | None = None) -> pl.Series:
    """What a reading says of texts, as FOUND."""
    found = reading(pl.col(TEXT))
    return texts.alias(TEXT).to_frame().select((found if dtype is None else found.cast(dtype)).alias(FOUND)).to_series()


def _stripped(texts: pl.Series) -> pl.Series:
    loops = values()
    return texts if loops is not None and loops.are_bare(texts) else texts.str.strip_chars()


stripped = _reading(_stripped, pl.String())
"""Reads texts without surrounding white space; the same memory where none has any, as nearly always."""
