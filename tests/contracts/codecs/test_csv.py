"""CSV comes back as it was written; a bad row or quote costs its own line only."""

import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.codecs import DECODE_ERROR, CsvCodec
from tests.contracts.codecs.reading import columns, in_chunks, relaxed, rows

NAMES = ("timestamp", "user_id", "campaign_id", "type")
CODEC = CsvCodec(positional=NAMES, known=frozenset({*NAMES, "ts"}))
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)
ROWS = st.lists(st.tuples(st.just("t"), CELLS, CELLS, CELLS), max_size=6)
CUTS = st.lists(st.integers(0, 120), max_size=5)


def written(table: list[tuple[str, ...]], ending: str, quoting: int, header: bool) -> bytes:
    """What Python's csv module writes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=ending, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([NAMES, *table] if header else table)
    return text.getvalue().encode()


@relaxed
@given(
    ROWS,
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    CUTS,
)
def test_rows_come_back(
    table: list[tuple[str, ...]], ending: str, quoting: int, header: bool, mark: bytes, cuts: list[int]
) -> None:
    data = mark + written(table, ending, quoting, header)
    records = in_chunks(CODEC, data, cuts)
    assert all(data[record.position :].startswith(record.payload) for record in records)
    frame = columns(CODEC, [r.payload for r in records], NAMES, records[0].header if records else None)
    assert frame[DECODE_ERROR].null_count() == len(table)
    assert frame.select(NAMES).rows() == [tuple(cell or None for cell in row) for row in table]


@relaxed
@given(st.lists(st.sampled_from(b'a,"\n\r1\xff'), max_size=40).map(bytes), CUTS)
def test_any_bytes_are_cut_and_read_without_an_exception(data: bytes, cuts: list[int]) -> None:
    records = in_chunks(CODEC, data)
    assert in_chunks(CODEC, data, cuts) == in_chunks(CODEC, data, range(len(data))) == records
    assert b"".join(record.payload for record in records).translate(None, b"\r\n") == data.translate(None, b"\r\n")
    payloads = [record.payload for record in records] or [data]
    together = columns(CODEC, payloads, NAMES)
    for row, payload in enumerate(payloads):
        assert_frame_equal(together[row], columns(CODEC, [payload], NAMES))


UNCLOSED = st.sampled_from(['t,"u,c,click', 't,u,c,"click', 't,u,"c"x,click', 't,"u', "t,u,c,click,x,y", "lonely"])


@relaxed
@given(st.lists(st.tuples(CELLS, CELLS).filter(lambda row: '"' not in "".join(row)), min_size=1), st.data())
def test_a_bad_row_costs_its_own_line_only(table: list[tuple[str, str]], data: st.DataObject) -> None:
    good = written([("t", *row, "click") for row in table], "\n", csv.QUOTE_ALL, header=False).decode()
    lines = [line for line in good.splitlines() if line.count('"') == 8]
    broken = list(lines)
    for bad in data.draw(st.lists(UNCLOSED, min_size=1, max_size=3)):
        broken.insert(data.draw(st.integers(0, len(broken))), bad)
    records = in_chunks(CODEC, "\n".join(broken).encode())
    assert [record.payload.decode() for record in records] == broken
    errors = columns(CODEC, [record.payload for record in records], NAMES)[DECODE_ERROR]
    assert errors.is_null().to_list() == [line in lines for line in broken]


@pytest.mark.parametrize(
    ("first_line", "is_header"),
    [("timestamp,user_id", True), ("type", True), ("x,timestamp,ts", True), ("timestamp,x", False), ("a,b", False)],
)
def test_a_header_is_told_by_its_names(first_line: str, is_header: bool) -> None:
    records = CODEC.split(f"{first_line}\n1,2\n".encode())
    assert [record.header for record in records] == ([first_line] if is_header else [None, None])


def test_columns_follow_the_header_and_unknown_ones_are_rescued() -> None:
    data = b"type,extra,user_id,more\r\nclick,7,u1,\r\nsale,,u2,\r\n"
    assert rows(CODEC, data, "user_id", "type", "missing") == [
        ("u1", "click", None, '{"extra":"7"}', None),
        ("u2", "sale", None, None, None),
    ]


def test_rows_of_different_headers_are_decoded_in_their_order() -> None:
    first, second = CODEC.split(b"user_id,type\nu1,click\n"), CODEC.split(b"type,user_id\nsale,u2\n")
    mixed = [*first, *second, *first]
    frame = CODEC.decode(
        pl.Series([record.payload for record in mixed]), pl.Series([record.header for record in mixed]), ("user_id",)
    )
    assert frame["user_id"].to_list() == ["u1", "u2", "u1"]


@pytest.mark.parametrize("row", ["u1", "u1,click,extra", "", 'u1,"click', 'u1,"cl"ick'])
def test_a_row_of_wrong_width_or_quotes_is_refused(row: str) -> None:
    frame = columns(CODEC, [row.encode(), b"u1,click", b"u1,\xff"], NAMES, header="user_id,type")
    assert frame[DECODE_ERROR].is_null().to_list() == [False, True, False]


def test_trailing_cells_may_be_missing_without_a_header() -> None:
    frame = columns(CODEC, [b"t,u", b"t,u,c,click", b"t", b"t,u,c,click,more"], NAMES)
    assert frame[DECODE_ERROR].is_null().to_list() == [True, True, False, False]


@pytest.mark.parametrize("header", [b"", b"timestamp,user_id,campaign_id,type\n"])
def test_quotes_that_would_make_a_record_of_the_wrong_width_hold_nothing_together(header: bytes) -> None:
    lines = [b't,"u', b'x",c,click,z,9', b"t,u,c,click"]
    records = in_chunks(CODEC, header + b"\n".join(lines))
    assert [record.payload for record in records] == lines


def test_a_file_of_one_open_quote_is_read_line_by_line() -> None:
    lines = [b't,"u,c,click', *(b"t,u%d,c,click" % number for number in range(20_000))]
    records = in_chunks(CODEC, b"\n".join(lines), range(0, 400_000, 10_000))
    assert [record.payload for record in records] == lines
