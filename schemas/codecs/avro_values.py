"""Raw Avro values to the values that other codecs give: what logical types, bytes and floats mean.

- timestamp-millis, -micros, -nanos: ISO 8601 text in UTC, with microseconds and a Z (`2026-11-23T06:35:00.000000Z`);
  local-timestamp-*: the same without zone; outside the years 1 to 9999: the number and its unit, which is no time.
- date: ISO 8601 text. time-millis and -micros: the number.
- decimal: the exact number. uuid: its text. Other bytes and fixed: Base64 text.
- float: the shortest decimal that is the same 32-bit float (0.1, not 0.10000000149011612).
"""

import base64
import struct
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

Reading = Callable[[Any], Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ISO_CHARACTERS = len("1970-01-01T00:00:00.000000")
"""ISO 8601 with microseconds, without the zone."""

UUID_BYTES = 16
EPOCH_DAY = date(1970, 1, 1).toordinal()

MICROS_PER_UNIT = {"millis": (1000, 1), "micros": (1, 1), "nanos": (1, 1000)}
"""What turns a timestamp into microseconds: times the first, divided (downwards) by the second."""

FLOAT_DIGITS = range(1, 10)
"""A 32-bit float is told from its neighbours by at most 9 significant digits."""


def same(value: Any) -> Any:
    """The reading of values that mean what they are."""
    return value


def shortest(number: float) -> float:
    """The shortest decimal that is the same 32-bit float, as a 64-bit one."""
    try:
        packed = struct.pack("f", number)
        return next(
            short
            for digits in FLOAT_DIGITS
            if struct.pack("f", short := float(f"{number:.{digits}g}")) == packed
        )
    except (StopIteration, OverflowError):  # not a number, or infinite
        return number


def iso_instant(micros: int, zone: str) -> str | None:
    """ISO 8601 text of epoch microseconds; null outside the years 1 to 9999."""
    try:
        return (EPOCH + timedelta(microseconds=micros)).isoformat(timespec="microseconds")[
            :ISO_CHARACTERS
        ] + zone
    except OverflowError:
        return None


def timestamp(unit: str, zone: str) -> Reading:
    """The reading of a timestamp type."""
    times, parts = MICROS_PER_UNIT[unit]
    return lambda value: iso_instant(value * times // parts, zone) or f"{value} {unit}"


def iso_day(days: int) -> str:
    """ISO 8601 text of days since 1970; outside the years 1 to 9999 the number and its unit."""
    try:
        return date.fromordinal(EPOCH_DAY + days).isoformat()
    except (ValueError, OverflowError):
        return f"{days} days"


def decimal(scale: int) -> Reading:
    """The reading of a decimal with that many digits after the dot."""
    return lambda value: Decimal(int.from_bytes(value, "big", signed=True)).scaleb(-scale)


def base64_text(value: bytes) -> str:
    """Bytes as Base64 text."""
    return base64.b64encode(value).decode()


def timestamp_unit(schema: Mapping[str, Any]) -> str | None:
    """`millis`, `micros` or `nanos` for a (local-)timestamp type; null for any other."""
    logical, _, unit = str(schema.get("logicalType", "")).rpartition("-")
    is_timestamp = schema["type"] == "long" and logical in ("timestamp", "local-timestamp")
    return unit if is_timestamp and unit in MICROS_PER_UNIT else None


def zone_of(schema: Mapping[str, Any]) -> str:
    """The zone to write after a timestamp: Z, or nothing after a local one."""
    return "" if schema["logicalType"].startswith("local") else "Z"


def is_date(schema: Mapping[str, Any]) -> bool:
    """Whether the type is a date."""
    return schema["type"] == "int" and schema.get("logicalType") == "date"


def scalar_reading(schema: Mapping[str, Any]) -> Reading:
    """The reading of a type that is no record, array, map or union."""
    kind, logical = schema["type"], schema.get("logicalType")
    if kind in ("bytes", "fixed") and logical == "decimal":
        return decimal(int(schema.get("scale", 0)))
    if kind == "fixed" and logical == "uuid" and schema["size"] == UUID_BYTES:
        return lambda value: str(uuid.UUID(bytes=value))
    if kind in ("bytes", "fixed"):
        return base64_text
    if unit := timestamp_unit(schema):
        return timestamp(unit, zone_of(schema))
    if is_date(schema):
        return iso_day
    return shortest if kind == "float" else same
