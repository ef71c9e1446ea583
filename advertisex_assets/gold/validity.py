"""Validity: which reference rows hold around a date, as a digest: a date is redone only when they change."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

import polars as pl

AROUND = timedelta(days=1)
"""Days of any time zone lie within their UTC date and the two next to it."""


class Validity:
    """Reference rows with `valid_from` and `valid_to`, half-open, null for an open end."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self._rows = rows
        self._digests: dict[bytes, str] = {}

    def digest(self, day: date) -> str:
        """The same for two dates if and only if the same rows hold around both."""
        held = self._held(day)
        key = held.to_numpy().tobytes()
        if key not in self._digests:
            text = self._texts.filter(held).write_csv()
            self._digests[key] = hashlib.sha256(text.encode()).hexdigest()
        return self._digests[key]

    @cached_property
    def _texts(self) -> pl.DataFrame:
        return self._rows.sort(self._rows.columns)

    def _held(self, day: date) -> pl.Series:
        first = datetime.combine(day - AROUND, time(), UTC)
        last = datetime.combine(day + AROUND + timedelta(days=1), time(), UTC)
        begun = pl.col("valid_from").is_null() | (pl.col("valid_from") < last)
        open_still = pl.col("valid_to").is_null() | (pl.col("valid_to") > first)
        return self._texts.select(begun & open_still).to_series()
