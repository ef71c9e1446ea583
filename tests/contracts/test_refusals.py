"""Refused records cluster by reason and by what their producer is seen to send."""

import json
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advertisex_assets.transforms.refusals import CLUSTER_KEYS, MOST_PLACES, client_of, clusters, pattern_of
from schemas.tables.silver import QUARANTINE

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def refused(*rows: dict[str, object]) -> pl.DataFrame:
    """Rows of silver.quarantine, a second apart."""
    filled = [
        {"feed": "impressions", "event_date": date(2026, 11, 2), "codes": ["unparsable_time"], "source_name": "t",
         "partition": 0, "offset": place, "received_at": NOON + timedelta(seconds=place), "price_micros": 5} | row
        for place, row in enumerate(rows)
    ]  # fmt: skip
    return pl.DataFrame(filled, schema=QUARANTINE.schema)


def impression(moment: str, user: str, price: float) -> bytes:
    """A record of one producer."""
    return json.dumps({"id": user, "timestamp": moment, "price": price}).encode()


def test_two_producers_of_one_mistake_are_told_apart() -> None:
    """One sends days first, the other words; whose ids and prices differ does not matter."""
    rows = refused(
        {"payload": impression("31/12/2026 10:00", "u-1", 0.5)},
        {"payload": impression("yesterday", "u-2", 12)},
        {"payload": impression("1/2/2026 9:30", "another", 7.25), "source_name": "s", "price_micros": None},
    )
    found = clusters(rows)
    assert found.columns == list(CLUSTER_KEYS)
    days_first, words = found.to_dicts()
    assert days_first["pattern"] == '{"id":"…","timestamp":"9/9/9 9:9","price":9}'
    assert words["pattern"] == '{"id":"…","timestamp":"…","price":9}'
    assert (days_first["rows"], days_first["at_risk_micros"], days_first["place_count"]) == (2, 5, 2)
    assert (days_first["first_seen"], days_first["last_seen"]) == (NOON, NOON + timedelta(seconds=2))
    assert [place["source_name"] for place in days_first["places"]] == ["s", "t"]
    assert days_first["example"] == rows["payload"][0]


def test_places_tell_the_stretch_of_offsets() -> None:
    """Per source and partition, the largest first, and no more than a person reads."""
    rows = [{"payload": b"{", "partition": place % 9, "offset": place} for place in range(90)]
    rows.append({"payload": b"{", "partition": 4, "offset": 700})
    found = clusters(refused(*rows)).row(0, named=True)
    assert found["place_count"] == 9
    assert len(found["places"]) == MOST_PLACES
    assert found["places"][0] == {
        "source_name": "t", "partition": 4, "first_offset": 4, "last_offset": 700, "rows": 11
    }  # fmt: skip


def test_a_producer_that_names_itself_is_named() -> None:
    """By a Kafka header, however it spells it."""
    assert client_of('[["trace","1"],["Client-Id","sdk-android 4.2"]]') == "sdk-android 4.2"
    assert client_of('[["trace","1"]]') is None
    rows = refused(
        {"payload": b"{}", "headers": '[["client-id","a"]]'}, {"payload": b"{}", "headers": '[["client-id","b"]]'}
    )
    assert sorted(clusters(rows)["client"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("payload", "header", "pattern"),
    [
        (b'{"tags": ["a", "b", "c"], "n": [1,2]}', None, '{"tags":["…",…],"n":[9,…]}'),
        (b'{"imp": [{"id": "1"}, {"id": "2"}]}', None, '{"imp":[{"id":"…"},…]}'),
        (b'{"a": "cut of', None, '{"a":"…"'),
        (b"e1,2026-11-01 10:00:00,,9.5", "id,time,user,price", "id,time,user,price / …,9-9-9 9:9:9,…,…"),
        (b"\x00\x00\x00\x00\x2a\x02\xff", None, "binary, schema id 42"),
        (b"\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08rest", None, "binary, schema fingerprint 0102030405060708"),
        (b"\xff\xfe", None, "binary"),
        (None, None, "…"),
    ],
)
def test_shapes(payload: bytes | None, header: str | None, pattern: str) -> None:
    """Names of fields stay, values go; the form of times stays."""
    assert pattern_of(payload, header) == pattern


texts = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1)


@given(one=st.tuples(texts, st.integers(0), texts), other=st.tuples(texts, st.integers(0), texts))
def test_what_a_record_says_does_not_show(one: tuple[str, int, str], other: tuple[str, int, str]) -> None:
    """Records with the same fields look the same, whatever letters and digits are in them."""
    letters = [[f"é{text}" for text in record if isinstance(text, str)] for record in (one, other)]
    numbers = [one[1], other[1]]
    made = [
        json.dumps({"user": who, "n": number, "site": [where]}, ensure_ascii=False)
        for (who, where), number in zip(letters, numbers, strict=True)
    ]
    first, second = (pattern_of(text.encode()[:1900], None) for text in made)
    assert first == second


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=30)))
def test_no_bytes_are_too_odd(payload: bytes, header: str | None) -> None:
    """The quarantine holds whatever came."""
    assert isinstance(pattern_of(payload, header), str)
