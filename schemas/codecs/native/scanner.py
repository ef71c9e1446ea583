"""The loops of `scan.c`, called on series. Which messages they are right for is known to the codecs."""

import ctypes
from collections.abc import Sequence
from ctypes import c_char_p, c_int64, c_void_p
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from schemas.codecs.native.loops import Loop, Messages, numbers, opened, told


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

    def __init__(self, loops: ctypes.CDLL) -> None:
        self._loops = loops

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
    loops = opened("scan.so", LOOP_ARGUMENTS)
    return Scanner(loops) if loops else None


def _dates(messages: pl.Series, loop: Loop) -> pl.Series:
    return numbers(messages, loop, np.int32).cast(pl.Date)
