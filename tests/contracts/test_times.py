"""Times written as most senders do are read on a quick path; it must say what the thorough one says, of any text."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from schemas.types import times

near_misses = st.from_regex(
    r"\A[0-9+ -]{4}-?[0-9]{1,2}-?[0-9]{2}[T ]?[0-9]{2}:[0-9]{2}(:[0-9]{2})?([.,][0-9+\- ]{0,7})?(Z|ZZ|z|\+01:00|)\Z"
)
numbers = st.from_regex(r"\A[+-]?[0-9]{11,13}(\.0)?Z?\Z")
moments = st.datetimes().flatmap(lambda moment: st.sampled_from([moment.isoformat() + "Z", str(moment)]))


@given(st.lists(st.one_of(moments, near_misses, numbers, st.text(max_size=28)), min_size=1, max_size=20))
def test_quick_reading_is_the_thorough_one(texts):
    read = pl.DataFrame({"text": texts}).select(
        quick=times.epoch_us(pl.col("text")),
        thorough=times._any_form(pl.col("text")),
        zoneless=times.ZONELESS(pl.col("text")),
        thoroughly_zoneless=times._names_no_zone(pl.col("text")),
    )
    assert read["quick"].to_list() == read["thorough"].to_list()
    times_only = read.drop_nulls("thorough")
    assert times_only["zoneless"].to_list() == times_only["thoroughly_zoneless"].to_list()
