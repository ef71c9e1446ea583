"""Malformed records of every kind, as data: which cells hold what, and with which codes a record is refused.

A cell's text is written as it stands: a JSON literal in JSON feeds, the bare cell in CSV and in Avro. None leaves the
field out. Not here: the dialects that write the cells, or the choice of records to spoil (`delivery`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NO_MALFORMATION = -1
"""Index of a sound record's malformation."""

MAX_ID_CHARACTERS = 256
TOO_LONG_ID = "x" * (MAX_ID_CHARACTERS + 44)

ANCIENT = "1999-12-31T23:59:59Z"
"""The last second before the allowed range."""
FUTURE = "2150-01-01T00:00:00Z"
IMPOSSIBLE_DAY = "2026-02-30T12:00:00Z"


class Raw(StrEnum):
    """What happens to the finished bytes of a record that cannot be decoded."""

    CUT = "cut"
    TEXT = "text"
    SINGLE_QUOTES = "single_quotes"
    NOT_UTF8 = "not_utf8"
    TOO_WIDE = "too_wide"
    TOO_NARROW = "too_narrow"


@dataclass(frozen=True)
class Malformation:
    """One way to be refused. `dialect`: the only one that can be malformed so; None where all can."""

    codes: tuple[str, ...]
    cells: Mapping[str, str | None] = field(default_factory=dict)
    raw: Raw | None = None
    dialect: int | None = None


def _cells(code: str, name: str, *texts: str | None, dialect: int | None = None) -> list[Malformation]:
    return [Malformation((code,), {name: text}, dialect=dialect) for text in texts]


def _raw(dialect: int, *kinds: Raw) -> list[Malformation]:
    return [Malformation(("undecodable",), raw=kind, dialect=dialect) for kind in kinds]


IMPRESSIONS = (
    *_raw(0, Raw.CUT, Raw.TEXT, Raw.SINGLE_QUOTES, Raw.NOT_UTF8),
    *_raw(1, Raw.CUT),
    *_cells("missing_event_at", "event_at", None, "null", '""'),
    *_cells("unparsable_time", "event_at", '"yesterday"', f'"{IMPOSSIBLE_DAY}"'),
    *_cells("time_out_of_range", "event_at", f'"{ANCIENT}"', f'"{FUTURE}"'),
    *_cells("missing_creative_id", "creative_id", None, "null", '""'),
    *_cells("bad_price", "price", "-0.01", "1000.5", '"free"', '"${AUCTION_PRICE}"'),
    *_cells("malformed_id", "creative_id", f'"{TOO_LONG_ID}"'),
    *_cells("malformed_id", "user_id", '"12\\u000034"'),
    *_cells("malformed_id", "impression_id", '"imp\\n1"', dialect=0),
    *_cells("bad_currency", "currency", '"DOLLARS"', '"ZZZ"'),
    Malformation(("bad_price", "missing_event_at"), {"event_at": None, "price": "-1"}),
    Malformation(("bad_currency", "missing_creative_id"), {"creative_id": '""', "currency": '"Euro"'}),
)

CLICKS_CONVERSIONS = (
    *_raw(0, Raw.TOO_WIDE, Raw.TOO_NARROW),
    *_raw(1, Raw.TOO_WIDE),
    *_raw(2, Raw.TOO_WIDE),
    *_cells("missing_event_at", "event_at", ""),
    *_cells("unparsable_time", "event_at", "not a date", IMPOSSIBLE_DAY),
    *_cells("time_out_of_range", "event_at", ANCIENT, FUTURE),
    *_cells("missing_conversion_type", "conversion_type", ""),
    *_cells("unknown_type", "conversion_type", "hover", "purchase_maybe"),
    *_cells("malformed_id", "user_id", TOO_LONG_ID),
    # A line break inside quotes is good CSV: whoever counts lines instead of records miscounts here.
    *_cells("malformed_id", "event_id", '"evt\n1"', dialect=0),
    *_cells("malformed_id", "campaign_id", "10\x071"),
    *_cells("bad_currency", "currency", "US DOLLARS", dialect=0),
    *_cells("bad_price", "revenue", "a lot", dialect=1),
    Malformation(("missing_conversion_type", "missing_event_at"), {"event_at": "", "conversion_type": ""}),
    Malformation(("malformed_id", "unknown_type"), {"user_id": TOO_LONG_ID, "conversion_type": "hover"}),
)

BID_REQUESTS = (
    *_raw(3, Raw.CUT, Raw.TEXT, Raw.NOT_UTF8),
    *_cells("missing_auction_id", "auction_id", "", dialect=0),
    *_cells("missing_auction_id", "auction_id", "", dialect=1),
    *_cells("missing_auction_id", "id", None, dialect=3),
    *_cells("malformed_id", "auction_id", TOO_LONG_ID, dialect=0),
    *_cells("malformed_id", "user_id", "u\x00v", dialect=2),
    *_cells("unparsable_time", "timestamp", "soon", dialect=2),
    *_cells("time_out_of_range", "timestamp", ANCIENT, FUTURE, dialect=2),
    *_cells("bad_currency", "currency", "DOLLARS", dialect=0),
    *_cells("bad_currency", "cur", '["ZZZ"]', dialect=3),
    *_cells("bad_price", "bid_amount", "-1", dialect=0),
    *_cells("openrtb_no_imp", "imp", None, "[]", dialect=3),
    *_cells("openrtb_site_and_app", "app", '{"id":"app-1","bundle":"com.example.app"}', dialect=3),
    *_cells("openrtb_duplicate_imp_id", "imp", '[{"id":"1","banner":{}},{"id":"1","video":{}}]', dialect=3),
    Malformation(
        ("openrtb_no_imp", "openrtb_site_and_app"), {"imp": "[]", "app": '{"id":"app-1"}'}, dialect=3
    ),
)
