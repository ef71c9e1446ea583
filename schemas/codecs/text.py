"""The one text form of a decoded value, whichever codec read it: integers keep their digits, numbers have no
exponent and no trailing zeros (`1.0` is `1`, as ids that went through a spreadsheet show), booleans are
`true`/`false`, objects and arrays are JSON."""

import json
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import Any

import orjson
import polars as pl


def text_of(value: Any) -> str | None:
    """A decoded value as text; null for null."""
    if value is None or type(value) is str:
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if type(value) is int:
        return str(value)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, Decimal):
        return plain(format(value, "f"))
    return json_text(value)


def float_text(number: float) -> str:
    """The shortest decimal that reads back as the same float, in plain notation."""
    written = repr(number)
    if "e" in written and isfinite(number):
        written = format(Decimal(written), "f")
    return plain(written)


def plain(number: str) -> str:
    """A plain decimal without zeros that say nothing, and without a negative zero."""
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return "0" if number == "-0" else number


def json_text(value: Any) -> str:
    """A value as compact JSON text."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # integers beyond 64 bits, and exact decimals
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_json_number)


def _json_number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def text_series(name: str, values: Sequence[Any]) -> pl.Series:
    """The text of many decoded values as a String column."""
    types = set(map(type, values))
    types.discard(type(None))
    if types == {float}:
        return float_column_text(pl.Series(name, values, dtype=pl.Float64))
    if not types or types == {str}:
        return pl.Series(name, values, dtype=pl.String)
    if types == {int}:
        try:
            return pl.Series(name, values, dtype=pl.Int64).cast(pl.String)
        except (OverflowError, TypeError, pl.exceptions.PolarsError):
            pass  # beyond 64 bits
    return pl.Series(name, [text_of(value) for value in values], dtype=pl.String)


def utf8_text(payloads: pl.Series) -> pl.Series:
    """Binary as String; null where the bytes are no UTF-8 (for which Polars' cast fails as a whole)."""
    try:
        return payloads.cast(pl.String)
    except pl.exceptions.ComputeError:
        return pl.Series(payloads.name, [_utf8(payload) for payload in payloads], dtype=pl.String)


def _utf8(payload: bytes | None) -> str | None:
    try:
        return None if payload is None else payload.decode()
    except UnicodeDecodeError:
        return None


def float_column_text(numbers: pl.Series) -> pl.Series:
    """The text of a Float32 or Float64 column, as `float_text` writes it (of a Float32, the shortest decimal)."""
    written = numbers.cast(pl.String)
    has_exponent = written.str.contains("e", literal=True).fill_null(False)
    if has_exponent.any():
        rows = has_exponent.arg_true()
        written = written.scatter(rows, [float_text(float(text)) for text in written.gather(rows)])
    texts = written.str.strip_suffix(".0")
    # Of names and signs there are hardly any; to look for them takes a twentieth of replacing them.
    odd = {found: text for found, text in {"-0": "0", "NaN": "nan"}.items() if (texts == found).any()}
    return (texts.replace(odd) if odd else texts).alias(numbers.name)
