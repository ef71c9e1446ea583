"""JSON records are read as the standard library reads them, each for itself, and bad ones are refused alone."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.codecs import DECODE_ERROR, JsonCodec
from tests.contracts.codecs.reading import columns, relaxed

CODEC = JsonCodec()
PATHS = ("a", "b", "a.b", "a.a.b", "b[0]", "b[1].a", "b[*]", "b[*].a", "c")
KEYS = st.sampled_from(["a", "b", "c", "d", "é"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


def found(value: Any, *steps: str | int) -> Any:
    """What stands under some steps, by the plain reading of a path."""
    for step in steps:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and step < len(value) else None
    return value


def means(text: str | None, value: Any) -> bool:
    """Whether a text is the text of a value: numbers without exponent and equal, others literally, nests as JSON."""
    if isinstance(value, dict | list):
        return text is not None and json.loads(text) == value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return text is not None and "e" not in text and Decimal(text) == Decimal(repr(value))
    return text == (value if value is None or isinstance(value, str) else json.dumps(value))


@relaxed
@given(st.lists(DOCUMENTS, max_size=5), st.sampled_from([None, 1]))
def test_values_are_those_of_the_standard_library(documents: list[Any], indent: int | None) -> None:
    frame = columns(CODEC, [json.dumps(document, indent=indent).encode() for document in documents], PATHS)
    for document, row in zip(documents, frame.iter_rows(named=True), strict=True):
        assert row[DECODE_ERROR] is None
        assert means(row["a"], found(document, "a"))
        assert means(row["a.a.b"], found(document, "a", "a", "b"))
        assert means(row["b[1].a"], found(document, "b", 1, "a"))
        every = found(document, "b")
        texts = json.loads(row["b[*].a"]) if row["b[*].a"] is not None else None
        assert (texts is None) == (not isinstance(every, list))
        if texts is not None:
            assert all(means(text, found(item, "a")) for text, item in zip(texts, every, strict=True))
        unknown = {key: value for key, value in document.items() if key not in "abc" and value is not None}
        assert means(row["rescued"], unknown or None)


@relaxed
@given(st.lists(DOCUMENTS.map(lambda d: json.dumps(d).encode()) | st.binary(max_size=20), min_size=1, max_size=8))
def test_a_row_depends_on_nothing_but_its_own_bytes(payloads: list[bytes]) -> None:
    together = columns(CODEC, payloads, PATHS)
    for row, payload in enumerate(payloads):
        assert_frame_equal(together[row], columns(CODEC, [payload], PATHS))


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b" ", b"hello", b"1", b"null", b"[]", b'"a"', b'{"a":1', b'{"a":1}x', b'{"a":1}{"a":2}', b"{'a':1}"),
        *(b'{"a":NaN}', b'{"a":Infinity}', b'{"a":1e400}', b'{"a":01}', b'{"a":"\xff"}', b'{"a":"\\ud800"}'),
        *(b'{"a":1,}', b"[" * 5000, b'{"a":' * 5000, b'{"a":"x\ny"}', None),
    ],
)
def test_what_is_no_json_object_is_refused(payload: bytes | None) -> None:
    frame = columns(CODEC, [b'{"a":1}', payload, b'{"a":2}'], ("a",))
    assert frame["a"].to_list() == ["1", None, "2"]
    assert frame[DECODE_ERROR].is_not_null().to_list() == [False, True, False]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("18446744073709551615", "18446744073709551615"),
        ("-123456789012345678901234567890", "-123456789012345678901234567890"),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("1.50", "1.5"),
        ("32951.0", "32951"),
        ("1e-7", "0.0000001"),
        ("2.5E+3", "2500"),
        ("-0.0", "0"),
        ("[1, 2.50, {}]", "[1,2.5,{}]"),
        ('"1.50"', "1.50"),
        ('""', ""),
    ],
)
def test_scalars_become_plain_text(written: str, text: str) -> None:
    assert columns(CODEC, [b'{"a":' + written.encode() + b"}"], ("a",))["a"][0] == text


def test_the_last_of_repeated_keys_and_a_byte_order_mark_are_read() -> None:
    long = b'{"a":1,"a":2,"n":123456789012345678901234567890}'
    assert columns(CODEC, [b'\xef\xbb\xbf{"a":1,"a":2}', long], ("a",))["a"].to_list() == ["2", "2"]
