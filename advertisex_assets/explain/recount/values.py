"""Values: the text of a column to its value, or the code by which the record is refused."""

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

import pycountry

from advertisex_assets.explain.recount.facts import ColumnFacts

KNOWN_CODES = frozenset(
    {
        "undecodable",
        "malformed_id",
        "bad_price",
        "bad_currency",
        "unknown_type",
        "unknown_price_basis",
        "unparsable_time",
        "time_out_of_range",
        "awaiting_route",
        "adjusts_nothing",
    }
)
"""The refusals that the recount judges, beside `missing_<column>` of required columns."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d))?(?:[.,](\d{1,9}))?\s*(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?"
)
NO_USER = ("null", "none", "undefined", "nan", "unknown", "(null)")


class Refused(Exception):
    """The value breaks a rule; the message is the rule's code."""


def value_of(column: ColumnFacts, text: str | None, basis: str | None = None) -> Any:
    """The value; None where there is none, or where one that cannot be read is let in without.

    `basis` is what the record says that a price is for.
    """
    if column.kind == "Currency" and text is None:
        return column.default
    if text is None:
        return None
    if column.kind == "Price":
        return _price(column, text, basis)
    return READERS.get(column.kind, _plain)(column, text)


def epoch_us(text: str) -> int | None:
    """An ISO 8601 time or an epoch number as microseconds since 1970; None for anything else."""
    clean = text.strip()
    if re.fullmatch(r"-?\d+(\.\d+)?", clean):
        number = Decimal(clean)
        scale = 10**6 if abs(number) < 10**11 else 10**3 if abs(number) < 10**14 else 1
        return int(number * scale)
    found = ISO.fullmatch(clean)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=_zone(zone),
        )
    except ValueError:
        return None
    return (moment - EPOCH) // MICRO + int((fraction or "").ljust(6, "0")[:6])


def _zone(text: str | None) -> timezone:
    if text is None or text in ("Z", "z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    distance = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-distance if text[0] == "-" else distance)


def _time(column: ColumnFacts, text: str) -> int:
    moment = epoch_us(text)
    if moment is None:
        raise Refused("unparsable_time")
    return moment


def _identifier(column: ColumnFacts, text: str) -> str:
    is_nested = re.match(r'\{\}|\{"|\[\]|\[["{\[0-9]', text)
    if len(text) > 256 or is_nested or re.search(r"[\x00-\x1f\x7f]", text):
        raise Refused("malformed_id")
    return text.strip()


def _user(column: ColumnFacts, text: str) -> str | None:
    user = _identifier(column, text)
    return None if re.fullmatch(r"[0-]+", user) or user.lower() in NO_USER else user


def _money(column: ColumnFacts, text: str) -> int:
    try:
        if "_" in text:
            raise Refused(column.code)
        amount = Decimal(text.strip())
        micros = int((amount * 10**6).to_integral_value(ROUND_HALF_EVEN))
    except (InvalidOperation, ValueError, OverflowError):
        raise Refused(column.code) from None
    if abs(amount) > column.limit_units or (micros < 0 and not column.may_be_negative):
        raise Refused(column.code)
    return micros


def _price(column: ColumnFacts, text: str, basis: str | None) -> int:
    micros = _money(column, text)
    said = column.words.get((basis or "").strip().lower())
    if said == "impression" or (said is None and not column.is_per_mille):
        return micros
    nanos = Decimal(text.strip()).quantize(Decimal("1e-9"), ROUND_HALF_EVEN)
    return int((nanos * 1000).to_integral_value(ROUND_HALF_EVEN))


def _currency(column: ColumnFacts, text: str) -> str:
    found = pycountry.currencies.get(alpha_3=text.strip().upper())
    if not found:
        raise Refused("bad_currency")
    return str(found.alpha_3)


def _category(column: ColumnFacts, text: str) -> str:
    word = text.strip().lower()
    if word not in column.words:
        raise Refused(column.code)
    return column.words[word]


def _country(column: ColumnFacts, text: str) -> str | None:
    code = text.strip().upper()
    found = pycountry.countries.get(alpha_2=code) or pycountry.countries.get(alpha_3=code)
    return found.alpha_2 if found else None


def _address(column: ColumnFacts, text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None


def _integer(column: ColumnFacts, text: str) -> int | None:
    found = re.fullmatch(r"([+-]?\d+)(?:\.0)?", text.strip())
    return int(found.group(1)) if found else None


def _flag(column: ColumnFacts, text: str) -> bool | None:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(
        text.strip().lower()
    )


def _plain(column: ColumnFacts, text: str) -> str:
    return text.strip()


READERS: dict[str, Callable[[ColumnFacts, str], Any]] = {
    "EventTime": _time,
    "Identifier": _identifier,
    "UserId": _user,
    "Money": _money,
    "Currency": _currency,
    "Category": _category,
    "Country": _country,
    "IpAddress": _address,
    "Integer": _integer,
    "Flag": _flag,
    "Text": _plain,
    "Website": _plain,
}
"""One reader for each kind of column; a kind that no number of a campaign rests on is as good as text."""
