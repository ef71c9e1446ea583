"""Validity: which reference rows hold around a date, as a digest: a date is redone only when they change."""

import hashlib
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from advertisex_assets.transforms.enrich.validity import FOR_EVER_US, SINCE_EVER_US

EPOCH = date(1970, 1, 1)
DAY_US = 86_400_000_000

AROUND_DAYS = 1
"""Days of any time zone lie within their UTC date and the two next to it."""


class Validity:
    """Reference rows with `valid_from` and `valid_to`, half-open, null for an open end."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self._rows = rows.sort(rows.columns)
        # Arrays, since a history of dates asks hundreds of times: a plan of Polars for each cost more than a batch.
        self._from_us, self._to_us = (
            self._rows[name].cast(pl.Int64).fill_null(end).to_numpy()
            for name, end in (("valid_from", SINCE_EVER_US), ("valid_to", FOR_EVER_US))
        )
        self._digests: dict[bytes, str] = {}

    def digest(self, day: date) -> str:
        """The same for two dates if and only if the same rows hold around both."""
        held = self._held(day)
        key = held.tobytes()
        if key not in self._digests:
            text = self._rows.filter(pl.Series(held)).write_csv()
            self._digests[key] = hashlib.sha256(text.encode()).hexdigest()
        return self._digests[key]

    def _held(self, day: date) -> npt.NDArray[np.bool_]:
        begins_us = (day - EPOCH).days * DAY_US
        first_us, last_us = begins_us - AROUND_DAYS * DAY_US, begins_us + (AROUND_DAYS + 1) * DAY_US
        held: npt.NDArray[np.bool_] = (self._from_us < last_us) & (self._to_us > first_us)
        return held
