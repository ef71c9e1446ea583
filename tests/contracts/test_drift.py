"""Fields that no contract knows and values of another type are told: field, type, how many, and the first record."""

import json

import polars as pl
import pytest

from advertisex_assets.transforms.drift import COLUMNS, MOST_FIELDS, OTHERS, drift_of, together
from schemas.discover import feed_named
from tests.contracts.test_rules import CLICK, IMPRESSION, OPENRTB, judged


def drift(name: str, *records: dict[str, object]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """By what was found, field and type: the records with it, and the offset of the first."""
    payloads = [json.dumps(record).encode() for record in records]
    rows = drift_of(feed_named(name), judged(feed_named(name), *payloads))
    assert rows.columns == list(COLUMNS)
    return {(r["found"], r["field"], r["type"]): (r["rows"], r["offset"]) for r in rows.to_dicts()}


def test_records_as_declared_have_none() -> None:
    """Also where a column is JSON, an amount is out of range or a placeholder stands for a user."""
    odd = IMPRESSION | {"price": 5000, "user_id": "null", "country": "Atlantis", "timestamp": "soon"}
    assert drift("impressions", IMPRESSION, odd, IMPRESSION | {"price": "0.5", "viewable_ms": "12"}) == {}
    assert drift("clicks_conversions", CLICK, CLICK | {"event_type": "hover"}) == {}
    segments = {"user": {"data": [{"segment": [{"id": "s1"}, {"id": "s2"}]}]}}
    assert drift("bid_requests", OPENRTB, OPENRTB | segments) == {}


def test_unknown_fields_are_told_with_their_types() -> None:
    """Each type by itself, since that is what a new version of a sender changes."""
    found = drift(
        "impressions",
        IMPRESSION,
        IMPRESSION | {"slot": 1, "ext": {"a": 1}},
        IMPRESSION | {"slot": 2},
        IMPRESSION | {"slot": "top", "tags": [1], "seen": True},
    )
    unknown = {(field, kind): told for (what, field, kind), told in found.items() if what == "unknown_field"}
    assert unknown == {
        ("slot", "number"): (2, 1),
        ("ext", "object"): (1, 1),
        ("slot", "text"): (1, 3),
        ("tags", "array"): (1, 3),
        ("seen", "boolean"): (1, 3),
    }


@pytest.mark.parametrize(
    ("field", "column", "value", "kind"),
    [
        ("price", "price_micros", {"amount": 1}, "object"),
        ("price", "price_micros", "free", "text"),
        ("price", "price_micros", True, "boolean"),
        ("user_id", "user_id", ["u1"], "array"),
        ("user_agent", "user_agent", {"browser": "x"}, "object"),
        ("timestamp", "event_at", {"seconds": 1}, "object"),
    ],
)
def test_another_type_is_told_by_its_column(field: str, column: str, value: object, kind: str) -> None:
    """Whether it refuses the row, flags it or is let in."""
    found = drift("impressions", IMPRESSION, IMPRESSION | {field: value}, IMPRESSION | {field: value})
    assert found == {("changed_type", column, kind): (2, 1)}


def test_reports_of_parts_add_up_to_the_report_of_all() -> None:
    """However the records were cut into batches, the first one stays the first."""
    feed = feed_named("impressions")
    payloads = [json.dumps(IMPRESSION | {"slot": n, "price": "free"}).encode() for n in range(9)]
    rows = judged(feed, *payloads)
    parts = [drift_of(feed, part) for part in (rows.slice(4), rows.head(4))]
    assert together(parts).equals(drift_of(feed, rows))


def test_a_sender_that_names_fields_by_value_fills_no_table() -> None:
    """The rarest of very many are told together."""
    records = [IMPRESSION | {f"user-{n}": 1, "slot": 1} for n in range(MOST_FIELDS + 50)]
    found = drift("impressions", *records)
    assert len(found) == MOST_FIELDS + 1
    assert found["unknown_field", "slot", "number"] == (MOST_FIELDS + 50, 0)
    assert found["unknown_field", OTHERS, "number"][0] == 51


def test_a_frame_without_rows_has_none() -> None:
    """As of a batch of tombstones."""
    feed = feed_named("impressions")
    assert drift_of(feed, judged(feed, b"{}").clear()).is_empty()
    assert isinstance(together([]), pl.DataFrame)
