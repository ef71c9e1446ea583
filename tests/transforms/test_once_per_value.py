"""What is worked out once, for a column that says the same everywhere or for a key, is what each row would have got."""

import hashlib
import hmac

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.keyed_hash import keyed_hash
from advertisex_assets.transforms.ordered import ordered
from advertisex_assets.transforms.parse import parse
from schemas.feeds.bid_requests import FEED
from tests.contracts.privacy.requests import bronze, request

WORDS = st.sampled_from([None, "a", "b", "cc"])


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_a_keyed_hash_is_the_hmac_of_its_value(key: bytes, value: bytes) -> None:
    assert keyed_hash(key)(value) == hmac.new(key, value, hashlib.sha256).hexdigest()


@given(st.lists(st.tuples(WORDS, WORDS, st.integers(0, 3)), max_size=30), st.integers(1, 9))
def test_ordered_rows_are_sorted_rows(rows: list[tuple[str | None, str | None, int]], of_a_part: int) -> None:
    frame = pl.DataFrame(rows, schema={"a": pl.String, "b": pl.String, "c": pl.Int64}, orient="row")
    for columns in (["a", "b", "c"], ["c", "b", "a"], ["b"]):
        assert ordered(frame, columns, of_a_part).select(columns).equals(frame.sort(columns).select(columns))


REQUESTS = st.lists(
    st.builds(
        request,
        st.integers(1, 2),
        user_id=st.sampled_from(["u1", "u2"]),
        bid_amount=st.sampled_from([1, -1]),
        us_privacy=st.sampled_from(["1YYN", None]),
        email=st.sampled_from(["x", None]),
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=20)
@given(REQUESTS)
def test_rows_together_become_what_each_becomes_alone(records: list[dict[str, object]]) -> None:
    """A column that says the same everywhere is read once: it must not matter who else is in the batch."""
    rows = bronze(records)
    together = parse(FEED, rows, b"key")
    alone = pl.concat([parse(FEED, rows[place], b"key") for place in range(rows.height)])
    assert together.equals(alone.select(together.columns))
