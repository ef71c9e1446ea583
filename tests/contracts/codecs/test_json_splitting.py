"""JSON is cut into the records that were written, however it arrives, and damage costs as little as can be told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codecs import JsonCodec, Record
from tests.contracts.codecs.reading import in_chunks, relaxed

CODEC = JsonCodec()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.text(max_size=4), VALUES, max_size=4)
PIECES = st.sampled_from(
    [
        *(b"{", b"}", b"[", b"]", b'"', b"\n", b",", b":", b" ", b"1", b"\\", b"tru", b"\xff", b"\xef\xbb\xbf"),
        *(b'{"a":1}', b'{"a":{"b":[]}}\n', b'{\n "a": 1\n}\n', b'"a"', b'[{"a":1},', b"-", b"hello"),
    ]
)
CUTS = st.lists(st.integers(0, 200), max_size=6)


def payloads(records: list[Record]) -> list[bytes]:
    return [record.payload for record in records]


@relaxed
@given(st.lists(DOCUMENTS, max_size=6), st.sampled_from([None, 2]), st.booleans(), CUTS)
def test_documents_come_back_from_every_file_shape(
    documents: list[Any], indent: int | None, ascii_only: bool, cuts: list[int]
) -> None:
    texts = [json.dumps(document, indent=indent, ensure_ascii=ascii_only) for document in documents]
    shapes = ["\n".join(texts) + "\n", "".join(texts), " \r\n ".join(texts), "[" + ",\n".join(texts) + "]"]
    for shape in (*shapes, json.dumps(documents, indent=indent, ensure_ascii=ascii_only)):
        for mark in (b"", b"\xef\xbb\xbf"):
            records = in_chunks(CODEC, mark + shape.encode(), cuts)
            assert [json.loads(payload) for payload in payloads(records)] == documents
            assert all((mark + shape.encode())[r.position :].startswith(r.payload) for r in records)


@relaxed
@given(st.lists(PIECES, max_size=12).map(b"".join), CUTS)
def test_where_the_chunks_end_changes_nothing(data: bytes, cuts: list[int]) -> None:
    whole = in_chunks(CODEC, data)
    assert in_chunks(CODEC, data, cuts) == whole
    assert in_chunks(CODEC, data, range(len(data))) == whole


@relaxed
@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_nothing_but_punctuation_is_lost(data: bytes) -> None:
    """Every byte that is not in a record is white space, an array's bracket or comma, or the byte order mark."""
    rest, at = b"", 0
    for record in in_chunks(CODEC, data):
        rest, at = rest + data[at : record.position], record.position + len(record.payload)
    assert (rest + data[at:]).removeprefix(b"\xef\xbb\xbf").strip(b"[], \t\r\n") == b""


BAD_LINES = st.sampled_from(
    ['{"a":', '{"a":"x', '{"a":{"b":1', "hello", '{"a":1} x', '{"a":1},', "}", '{"a":1]', "[ERROR] no", '{"a":tru', '"']
)


@relaxed
@given(st.lists(DOCUMENTS.map(json.dumps), min_size=1), st.data(), CUTS)
def test_a_bad_line_in_json_lines_costs_only_itself(good: list[str], data: st.DataObject, cuts: list[int]) -> None:
    lines = list(good)
    for bad in data.draw(st.lists(BAD_LINES, max_size=4)):
        lines.insert(data.draw(st.integers(1, len(lines))), bad)
    records = in_chunks(CODEC, "\n".join(lines).encode(), cuts)
    assert payloads(records) == [line.encode() for line in lines]


@relaxed
@given(BAD_LINES.filter(lambda line: line[0] == "{"), st.lists(DOCUMENTS.map(json.dumps), min_size=1))
def test_a_bad_first_line_costs_only_itself(bad: str, good: list[str]) -> None:
    records = in_chunks(CODEC, "\n".join([bad, *good, good[0]]).encode())
    assert payloads(records)[0] == bad.encode()
    assert payloads(records)[1:] == [line.encode() for line in [*good, good[0]]]


CUT_OFF = st.sampled_from(['{"a":', '{"a":"x', '{"a":1,', '{"a":{"b":1', '{"a":[1'])


@relaxed
@given(CUT_OFF, st.lists(st.sampled_from(["upstream connect error", "<html>", "oops"]), min_size=1, max_size=3), CUTS)
def test_text_behind_a_record_that_was_cut_off_is_no_part_of_it(bad: str, texts: list[str], cuts: list[int]) -> None:
    lines = [bad, *texts, '{"a":1}', '{"a":2}']
    assert payloads(in_chunks(CODEC, "\n".join(lines).encode(), cuts)) == [line.encode() for line in lines]


@pytest.mark.parametrize(
    ("bad", "costs"),
    [('{"a":NaN,}', 1), ('{"a" 1}', 1), ("oops", None), ('{"a":"x', None), ('{"a":[1,2}', None)],
)
def test_a_bad_element_costs_itself_or_the_rest_of_its_array(bad: str, costs: int | None) -> None:
    data = f'[{{"a":1}},\n{bad},\n{{"a":2}}]\n'.encode()
    kinds = [record.kind for record in in_chunks(CODEC, data)]
    assert kinds == (["record"] * 3 if costs else ["record", "broken"])


def test_a_broken_rest_is_handed_on_cut_short() -> None:
    data = b'[{"a":1}, oops' + b"x" * (3 << 20)
    good, rest = in_chunks(CODEC, data, range(0, len(data), 1 << 16))
    assert (good.kind, rest.kind, rest.position) == ("record", "broken", 10)
    assert len(rest.payload) == 1 << 20
    assert data[rest.position :].startswith(rest.payload)


def test_a_message_always_has_a_record() -> None:
    for message in (b"", b" ", b"[]", b"hello", b'{"a":1', b"[1]"):
        assert len(CODEC.split(message)) == 1
