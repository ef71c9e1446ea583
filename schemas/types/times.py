"""Times: the many ways senders write an instant, read as UTC microseconds."""

from dataclasses import dataclass

import polars as pl

from schemas.codecs.native.values import Values
from schemas.rules import Rule, Severity, text_of
from schemas.types.mostly import glanced, mostly

NUMBER = r"^-?\d+(\.\d+)?$"
REST = r"^(?:[.,](\d{1,9}))?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$"
"""What may follow the seconds of an ISO 8601 time: a fraction, then a zone."""

MICROS_PER_SECOND = 1_000_000
SECONDS_BELOW = 10**11
"""Epoch numbers below this are seconds (until the year 5138) ..."""
MILLIS_BELOW = 10**14
"""... below this milliseconds (from 1973 until 5138), and above it microseconds."""

EARLIEST_US = 946_684_800 * MICROS_PER_SECOND
"""2000-01-01 UTC: older than any ad server log still in use; an earlier time is a unit or clock mistake."""
AHEAD_US = 86_400 * MICROS_PER_SECOND
"""One day ahead of landing: more than any time zone mistake of a well-set clock."""


@dataclass(frozen=True)
class EventTime:
    """When the event happened: ISO 8601 with or without zone (UTC assumed, and flagged), a date alone, or epoch
    seconds, milliseconds or microseconds; kept as UTC microseconds."""

    dtype = pl.Datetime("us", "UTC")
    meaning = "UTC time"

    def parse(self, text: pl.Expr) -> pl.Expr:
        """The instant; null where the text is no time."""
        return epoch_us(text).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")

    def rules(self, column: str) -> tuple[Rule, ...]:
        """The time may be unreadable, or carry no zone."""
        return (
            Rule(
                code="unparsable_time",
                sentence=f"{column} is no ISO 8601 time and no epoch number.",
                severity=Severity.REFUSE,
                broken=text_of(column).is_not_null() & pl.col(column).is_null(),
            ),
            Rule(
                code="zone_assumed_utc",
                sentence=f"{column} names no time zone; UTC is assumed.",
                severity=Severity.FLAG,
                broken=pl.col(column).is_not_null() & ZONELESS(text_of(column)),
            ),
        )


def epoch_us(text: pl.Expr) -> pl.Expr:
    """Text to Int64 epoch microseconds; null where it is neither ISO 8601 nor an epoch number."""
    return EPOCH_US(text)


def _usual_form(text: pl.Expr) -> pl.Expr:
    """`2026-03-02T12:27:37`, a space for the T, three or six digits of a fraction, Z or nothing; or epoch millis.

    Null for all else.
    """
    clock = text.str.strip_suffix("Z")
    base = pl.when(text.str.slice(10, 1).is_in(["T", " "])).then(clock.str.head(19).str.replace(" ", "T", literal=True))
    second = base.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False).cast(pl.Int64)
    length = clock.str.len_bytes()
    has_fraction = length.is_in([23, 26]) & clock.str.slice(19).str.starts_with(".")
    micros = _digits(clock.str.slice(20).str.pad_end(6, "0"), 6)
    millis = _digits(pl.when(text.str.len_bytes() == 13).then(text), 13)
    return pl.coalesce(
        pl.when(length == 19).then(second),
        pl.when(has_fraction).then(second + micros),
        pl.when(millis >= SECONDS_BELOW).then(millis * 1000),
    )


def _digits(text: pl.Expr, length: int) -> pl.Expr:
    """The number that so many digits make; null for all else: a one before them keeps a sign from being read."""
    return (pl.lit("1") + text).cast(pl.Int64, strict=False) - pl.lit(10**length, pl.Int64)


def _any_form(text: pl.Expr) -> pl.Expr:
    clean = text.str.strip_chars()
    return pl.when(clean.str.contains(NUMBER)).then(_from_number(clean)).otherwise(_from_iso(clean))


def _from_number(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Decimal(38, 6), strict=False)
    scale = (
        pl.when(number.abs() < SECONDS_BELOW)
        .then(MICROS_PER_SECOND)
        .when(number.abs() < MILLIS_BELOW)
        .then(1000)
        .otherwise(1)
    )
    return (number * scale).cast(pl.Int64, strict=False)


def _from_iso(text: pl.Expr) -> pl.Expr:
    day = text.str.head(10).str.to_datetime("%Y-%m-%d", time_unit="us", strict=False).cast(pl.Int64)
    return pl.when(text.str.len_bytes() == 10).then(day).otherwise(_moment(text))


def _moment(text: pl.Expr) -> pl.Expr:
    """A date, a T or a space, hours and minutes, maybe seconds, a fraction and a zone."""
    has_seconds = text.str.slice(16, 1) == ":"
    clock = pl.when(has_seconds).then(text.str.slice(11, 8)).otherwise(text.str.slice(11, 5) + ":00")
    joined = pl.when(text.str.slice(10, 1).is_in(["T", "t", " "])).then(text.str.head(10) + "T" + clock)
    base = joined.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False).cast(pl.Int64)
    rest = _rest(text)
    fraction = rest.str.extract(REST, 1).str.head(6).str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    return pl.when(rest.str.contains(REST)).then(base + fraction - _offset_us(text))


def _rest(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.slice(16, 1) == ":").then(text.str.slice(19)).otherwise(text.str.slice(16))


def _zone(text: pl.Expr) -> pl.Expr:
    return _rest(text).str.extract(REST, 2)


def _offset_us(text: pl.Expr) -> pl.Expr:
    """The zone's distance from UTC; zero for Z, UTC and none."""
    digits = _zone(text).str.replace(":", "", literal=True)
    hours = digits.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0)
    minutes = digits.str.slice(3, 2).cast(pl.Int64, strict=False).fill_null(0)
    sign = pl.when(digits.str.head(1) == "-").then(-1).otherwise(1)
    return sign * (hours * 3600 + minutes * 60) * MICROS_PER_SECOND


def _names_zulu(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.ends_with("Z")).then(pl.lit(False))


def _names_no_zone(text: pl.Expr) -> pl.Expr:
    clean = text.str.strip_chars()
    return ~clean.str.contains(NUMBER) & _zone(clean).is_null()


EPOCH_US = mostly(glanced(Values.times_us, _usual_form, pl.Int64()), _any_form, pl.Int64())
ZONELESS = mostly(glanced(Values.zoneless, _names_zulu, pl.Boolean()), _names_no_zone, pl.Boolean())
"""Whether a text that is a time names no zone."""
