"""The loops of `read.c`, called on series of texts. What they must agree with are the types (`schemas/types`)."""

import ctypes
from ctypes import c_int64, c_void_p
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from schemas.codecs.native.loops import Loop, numbers, opened, told

LOOP_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "times": (c_void_p,),
    "zoneless": (c_void_p,),
    "amounts": (c_int64, c_void_p),
    "is_bare": (c_void_p,),
    "is_plain_id": (c_int64, c_void_p),
}
"""What each function takes behind the texts."""


class Values:
    """What String texts say, of those where that is sure at a glance; null or false of the others."""

    def __init__(self, loops: ctypes.CDLL) -> None:
        self._loops = loops

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
    loops = opened("read.so", LOOP_ARGUMENTS)
    return Values(loops) if loops else None


def _numbers(texts: pl.Series, loop: Loop) -> pl.Series:
    return numbers(texts.cast(pl.Binary), loop, np.int64)
