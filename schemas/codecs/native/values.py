"""The loops of `read.c`, called on series of texts. What they must agree with are the types (`schemas/types`)."""

import ctypes
from ctypes import POINTER, c_int64, c_void_p
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from schemas.codecs.native.scanner import Loop, Messages, filled, told

LOOPS = Path(__file__).with_name("read.so")

UNKNOWN = -(1 << 63)
"""As read.c has it."""

LOOP_ARGUMENTS = {"times": (), "zoneless": (), "amounts": (c_int64,), "is_bare": (), "is_plain_id": (c_int64,)}
"""What each function takes between the texts and the results."""


class Values:
    """What String texts say, of those where that is sure at a glance; null or false of the others."""

    def __init__(self, path: Path) -> None:
        self._loops = ctypes.CDLL(str(path))
        for name, arguments in LOOP_ARGUMENTS.items():
            loop = getattr(self._loops, name)
            loop.restype, loop.argtypes = None, (POINTER(Messages), *arguments, c_void_p)

    def times_us(self, texts: pl.Series) -> pl.Series:
        """The epoch microseconds of times (Int64)."""
        return _numbers(texts, self._loops.times)

    def zoneless(self, texts: pl.Series) -> pl.Series:
        """Whether texts that are times name no zone (Boolean)."""
        return _numbers(texts, self._loops.zoneless).cast(pl.Boolean)

    def amounts(self, texts: pl.Series, decimals: int) -> pl.Series:
        """Decimals as whole numbers (Int64) of the unit of which one has 10 to the power of `decimals`."""
        return _numbers(texts, lambda all_, results: self._loops.amounts(all_, decimals, results))

    def are_bare(self, texts: pl.Series) -> bool:
        """Whether surely no text has white space around it."""
        return bool(told(texts.cast(pl.Binary), self._loops.is_bare).all())

    def plain_ids(self, texts: pl.Series, most_characters: int) -> pl.Series:
        """Whether each is an id of so many visible characters at most, and no JSON (Boolean)."""
        most = most_characters
        return told(texts.cast(pl.Binary), lambda all_, results: self._loops.is_plain_id(all_, most, results))


@cache
def values() -> Values | None:
    """The compiled loops, once per process; None where they are not there, or not for this system."""
    try:
        return Values(LOOPS)
    except (OSError, AttributeError):
        return None


def _numbers(texts: pl.Series, loop: Loop) -> pl.Series:
    found = pl.Series(filled(texts.cast(pl.Binary), loop, np.full(len(texts), UNKNOWN, np.int64)))
    if (found != UNKNOWN).all():
        return found
    return pl.select(pl.when(pl.lit(found) != UNKNOWN).then(pl.lit(found))).to_series()
