"""The loops of `scan.c`, called on series. Which messages they are right for is known to the codecs."""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from ctypes import POINTER, Structure, c_char_p, c_int64, c_void_p
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

LOOPS = Path(__file__).with_name("scan.so")

VIEW_BYTES = 16
UNKNOWN = -(1 << 31)
"""As scan.c has them."""


class Messages(Structure):
    """`messages` of scan.c."""

    _fields_ = (("views", c_void_p), ("buffers", c_void_p), ("rows", c_int64))


class StepKind(IntEnum):
    """How a field of an Avro body is stepped over, or read; see scan.c."""

    SKIP = 0
    NUMBER = 1
    BYTES = 2
    UNION = 3
    TEXT_DATE = 4
    NUMBER_DATE = 5
    NO_DATE = 6


class AvroStep(NamedTuple):
    """`step` of scan.c: `what` is the number of bytes, of branches, or of units in a day."""

    kind: StepKind
    what: int = 0


LOOP_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "json_is_one": (c_void_p,),
    "json_dates": (c_char_p, c_int64, c_void_p),
    "csv_is_one": (c_int64, c_void_p),
    "csv_dates": (c_int64, c_int64, c_int64, c_void_p),
    "avro_dates": (c_char_p, c_int64, c_void_p, c_void_p),
}
"""What each function takes behind the messages."""


class Scanner:
    """Says of Binary messages what is sure at a glance; null or false of the others (null messages among them)."""

    def __init__(self, path: Path) -> None:
        self._loops = ctypes.CDLL(str(path))
        for name, arguments in LOOP_ARGUMENTS.items():
            loop = getattr(self._loops, name)
            loop.restype, loop.argtypes = None, (POINTER(Messages), *arguments)

    def json_is_one(self, messages: pl.Series) -> pl.Series:
        """Whether each can only be one JSON object (Boolean)."""
        return told(messages, self._loops.json_is_one)

    def csv_is_one(self, messages: pl.Series, most_bytes: int) -> pl.Series:
        """Whether each is one row of CSV in ASCII, shorter than that (Boolean)."""
        return told(messages, lambda all_, told: self._loops.csv_is_one(all_, most_bytes, told))

    def json_dates(self, messages: pl.Series, field: str) -> pl.Series:
        """The UTC dates in a top-level field of JSON objects."""
        name = field.encode()
        return _dates(messages, lambda all_, dates: self._loops.json_dates(all_, name, len(name), dates))

    def csv_dates(self, messages: pl.Series, cell: int, fewest: int, most: int) -> pl.Series:
        """The UTC dates in a cell of CSV rows of so many cells."""
        return _dates(messages, lambda all_, dates: self._loops.csv_dates(all_, cell, fewest, most, dates))

    def avro_dates(self, messages: pl.Series, steps: dict[bytes, Sequence[AvroStep]]) -> pl.Series:
        """The UTC dates in Avro bodies, by the steps that lead to them behind each frame."""
        packed = {frame: np.array(path, np.int64) for frame, path in steps.items()}

        def read(all_: Messages, dates: int) -> None:
            for frame, path in packed.items():
                self._loops.avro_dates(all_, frame, len(frame), path.ctypes.data, dates)

        return _dates(messages, read)


@cache
def scanner() -> Scanner | None:
    """The compiled loops, once per process; None where they are not there, or not for this system."""
    try:
        return Scanner(LOOPS)
    except (OSError, AttributeError):
        return None


Loop = Callable[[Messages, int], None]


def told(messages: pl.Series, loop: Loop) -> pl.Series:
    return pl.Series(filled(messages, loop, np.zeros(len(messages), np.bool_)))


def _dates(messages: pl.Series, loop: Loop) -> pl.Series:
    days = pl.Series(filled(messages, loop, np.full(len(messages), UNKNOWN, np.int32)))
    if (days != UNKNOWN).all():
        return days.cast(pl.Date)
    return pl.select(pl.when(pl.lit(days) != UNKNOWN).then(pl.lit(days)).cast(pl.Date)).to_series()


def filled(messages: pl.Series, loop: Loop, results: NDArray[Any]) -> NDArray[Any]:
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
