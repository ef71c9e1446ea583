"""Columns of raw Avro scalars to text, all rows at once; the meaning is that of `avro_values`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from schemas.codecs.avro_values import EPOCH, MICROS_PER_UNIT, is_date, timestamp_unit, zone_of
from schemas.codecs.text import float_column_text

FIRST_US = (datetime.min.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
LAST_US = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
FIRST_DAY = (date.min - EPOCH.date()).days
LAST_DAY = (date.max - EPOCH.date()).days
"""What ISO 8601 text can write: the years 1 to 9999."""

INT64 = 1 << 63


def scalar_text(raw: pl.Series, schema: Mapping[str, Any]) -> pl.Series:
    """The text of a column of raw values of a scalar type."""
    if schema["type"] in ("float", "double"):
        return float_column_text(raw)
    unit = timestamp_unit(schema)
    if unit:
        return raw.to_frame().select(_instant(pl.col(raw.name), unit, zone_of(schema))).to_series()
    if is_date(schema):
        return raw.to_frame().select(_day(pl.col(raw.name))).to_series()
    return raw.cast(pl.String)


def _instant(value: pl.Expr, unit: str, zone: str) -> pl.Expr:
    times, parts = MICROS_PER_UNIT[unit]
    first, last = max(-(-FIRST_US * parts // times), -INT64), min(LAST_US * parts // times, INT64 - 1)
    writable = value.is_between(first, last)
    micros = pl.when(writable).then(value) * times // parts
    return _text(micros.cast(pl.Datetime("us")), f"%Y-%m-%dT%H:%M:%S%.6f{zone}", writable, value, unit)


def _day(value: pl.Expr) -> pl.Expr:
    writable = value.is_between(FIRST_DAY, LAST_DAY)
    return _text(pl.when(writable).then(value).cast(pl.Date), "%Y-%m-%d", writable, value, "days")


def _text(time: pl.Expr, iso: str, writable: pl.Expr, value: pl.Expr, unit: str) -> pl.Expr:
    number = pl.when(value.is_not_null()).then(pl.format(f"{{}} {unit}", value))
    return pl.when(writable).then(time.dt.to_string(iso)).otherwise(number)
