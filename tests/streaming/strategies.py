"""What senders may put into a message or a time, sensible or not, for property tests."""

import json
from datetime import date

from hypothesis import strategies as st

NAMES = st.sampled_from(["timestamp", "event_timestamp", "ts", "user_id", "id", "nested", "ü\n", "a.b"])
NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=12)


def _deeper(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)


DOCUMENTS = st.dictionaries(NAMES, st.recursive(SCALARS, _deeper, max_leaves=6), max_size=5)


@st.composite
def _json(draw: st.DrawFn) -> bytes:
    indent, ensure_ascii = draw(st.sampled_from([None, None, 1])), draw(st.booleans())
    return json.dumps(draw(DOCUMENTS), indent=indent, ensure_ascii=ensure_ascii).encode()


JSON = _json()
USUAL_CELLS = st.sampled_from(["2026-03-01T00:00:00Z", "user-1", "click", '"quoted"', "", "timestamp", "ü"])
ODD_CELLS = st.text('aO1-: "é\0', max_size=8) | st.text(max_size=8)
USUAL_ROWS, ODD_ROWS = (st.lists(cells, min_size=1, max_size=12) for cells in (USUAL_CELLS, ODD_CELLS))
CSV = (USUAL_ROWS | ODD_ROWS).map(lambda cells: ",".join(cells).encode())
FRAMES = st.sampled_from([b"\0", b"\0\0\0\0\1", b"\xc3\x01", b"Obj\x01", b"\xef\xbb\xbf"])
BETWEEN = st.sampled_from([b"", b"\n", b" ", b"\r\n", b","])

GLUED = st.tuples(JSON | CSV, BETWEEN, JSON | CSV).map(b"".join)
FRAMED = st.tuples(FRAMES, JSON | CSV).map(b"".join)
DAMAGED = st.tuples(JSON.map(lambda message: message[: len(message) // 2]), st.binary(max_size=3)).map(
    b"".join
)
MESSAGES = JSON | CSV | GLUED | FRAMED | DAMAGED | st.binary(max_size=12)

EDGE_DAYS = [date(1999, 12, 31), date(2000, 1, 1), date(2000, 1, 2)]
NEAR_DAYS = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]
DAYS = st.sampled_from(EDGE_DAYS + NEAR_DAYS) | st.dates(date(1990, 1, 1), date(2030, 1, 1))
CLOCKS = st.sampled_from(
    ["00:00:00", "23:59:59", "24:00:00", "12:60:00", "12:30:60", "12:30:00", "12:30", "7:00:00"]
)
FRACTIONS = st.sampled_from(["", ".1", ".123456789", ".", ".1234567890", ",5"])
ZONES = st.sampled_from(["Z", "Z", "", "z", "+00:00", "-05:00"])
TIMES = st.tuples(DAYS.map(str), st.sampled_from(["T", "T", " ", "t"]), CLOCKS, FRACTIONS, ZONES).map("".join)
ODD_TIMES = st.sampled_from(["2026-02-30T00:00:00Z", "1772323200", ""]) | st.text(max_size=20)
TIME_TEXTS = st.none() | TIMES | TIMES.map(lambda text: f" {text}") | ODD_TIMES
