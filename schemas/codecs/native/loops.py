"""Loops: compiled C over series of texts or messages as they lie in memory.

Not here: what each file of loops says of them (`scanner`, `values`).
"""

import ctypes
from collections.abc import Callable, Iterator, Mapping
from ctypes import POINTER, Structure, c_int64, c_void_p
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

VIEW_BYTES = 16
"""Of Arrow's binary views, as texts.h has them."""


class Messages(Structure):
    """`messages` of texts.h."""

    _fields_ = (("views", c_void_p), ("buffers", c_void_p), ("rows", c_int64))


Loop = Callable[[Messages, int], None]
"""Of some messages puts what it finds where the number points."""


def opened(name: str, arguments: Mapping[str, tuple[Any, ...]]) -> ctypes.CDLL | None:
    """The loops of a file beside this one, with what each takes behind the messages; None where it was not compiled, or
    not for this system."""
    try:
        loops = ctypes.CDLL(str(Path(__file__).with_name(name)))
        for function, types in arguments.items():
            loop = getattr(loops, function)
            loop.restype, loop.argtypes = None, (POINTER(Messages), *types)
    except (OSError, AttributeError):
        return None
    return loops


def told(messages: pl.Series, loop: Loop) -> pl.Series:
    """What the loop says of each message (Boolean)."""
    return pl.Series(_filled(messages, loop, np.zeros(len(messages), np.bool_)))


def numbers(messages: pl.Series, loop: Loop, dtype: type[np.signedinteger[Any]]) -> pl.Series:
    """The number that the loop finds in each message; the smallest of the type stands for null."""
    unknown = int(np.iinfo(dtype).min)
    found = pl.Series(_filled(messages, loop, np.full(len(messages), unknown, dtype)))
    if (found != unknown).all():
        return found
    return pl.select(pl.when(pl.lit(found) != unknown).then(pl.lit(found))).to_series()


def _filled(messages: pl.Series, loop: Loop, results: NDArray[Any]) -> NDArray[Any]:
    """What the loop puts in the place of each message."""
    at = 0
    for chunk, rows in _chunks(messages):
        loop(chunk, results[at:].ctypes.data)
        at += rows
    return results


def _chunks(messages: pl.Series) -> Iterator[tuple[Messages, int]]:
    """The messages as they lie in memory; a null one as an empty one."""
    for chunk in (messages.fill_null(b"") if messages.has_nulls() else messages).get_chunks():
        array: Any = chunk.to_arrow(compat_level=pl.CompatLevel.newest())
        _, views, *data = array.buffers()
        if not len(array):
            continue
        addresses = np.array([one.address for one in data], np.uintp)
        yield Messages(views.address + array.offset * VIEW_BYTES, addresses.ctypes.data, len(array)), len(array)
