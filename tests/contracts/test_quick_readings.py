"""What most senders write is read on a quick path, compiled or not; it says what the thorough one says of any text."""

from collections.abc import Iterator, Mapping

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.codecs.native.values import values
from schemas.types import codes, identifiers, money, mostly, times
from schemas.types.mostly import Reading
from tests.real.requirements import missing

near_times = st.from_regex(
    r"\A[0-9+ -]{4}-?[0-9]{1,2}-?[0-9]{2}[T ]?[0-9]{2}:[0-9]{2}(:[0-9]{2})?([.,][0-9+\- ]{0,9})?"
    r"(Z|ZZ|z|[+-][0-9]{2}:?[0-9]{0,2}|)\Z"
)
numbers = st.from_regex(r"\A[+-]?[0-9]{0,18}(\.[0-9]{0,11})?Z?\Z")
moments = st.datetimes().flatmap(lambda at: st.sampled_from([f"{at.isoformat()}Z", str(at), f"{at.isoformat()}+05:30"]))
TIMES = st.one_of(moments, near_times, numbers, st.text(max_size=28))
AMOUNTS = st.one_of(numbers, st.decimals(allow_nan=False, allow_infinity=False).map(str), st.text(max_size=8))
IDS = st.one_of(
    st.sampled_from(["", "0", "00-00", "Null", " 12", "x\u00a0", '{"a":1}', "[ID]", "[1]", "a\tb", "7" * 257]),
    st.text(max_size=12),
)
WORDS = st.one_of(st.sampled_from(["DE", "deu", " usd ", "USD", "Click", "click", "CLICK"]), st.text(max_size=4))


@pytest.fixture(autouse=True, scope="module", params=["compiled", "not compiled"])
def _loops(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        if request.param == "not compiled":
            patched.setattr(mostly, "values", lambda: None)
        elif values() is None:
            missing("read.so", "it is compiled by `make setup`")
        yield


def read(texts: list[str | None], reading: Reading) -> list[object]:
    """What a reading says of texts that lie in several pieces of memory."""
    series = pl.Series("text", texts, dtype=pl.String)
    pieces = pl.concat([pl.concat([pl.Series("text", ["a"]), series], rechunk=True)[1:], series], rechunk=False)
    found = pieces.to_frame().select(reading(pl.col("text"))).to_series().to_list()
    assert found[: len(texts)] == found[len(texts) :]
    return found[len(texts) :]


def of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[str | None]]:
    return st.lists(texts | st.none(), min_size=1, max_size=20)


@given(of(TIMES))
@example(["2026-03-01 10:20:30.123456789+02:00", "1969-12-31T23:59:59.5", "1772438002854", "1772438002", "20260302"])
def test_times(texts: list[str | None]) -> None:
    instants = read(texts, times.EPOCH_US)
    assert instants == read(texts, times._any_form)
    known = [text for text, instant in zip(texts, instants, strict=True) if instant is not None]
    assert read(known, times.ZONELESS) == read(known, times._names_no_zone)


@given(of(AMOUNTS), st.sampled_from([6, 9]))
@example(["-0.5", "12.", ".5", "1e3", "0.0000005", "99999999999.123456"], 6)
def test_amounts(texts: list[str | None], decimals: int) -> None:
    assert read(texts, money.whole_amounts(decimals)) == read(texts, money.any_amount(decimals))


@given(of(IDS))
@example(["a ", "b"])
@example([" a", "b"])
def test_ids(texts: list[str | None]) -> None:
    assert read(texts, mostly.stripped) == read(texts, lambda text: text.str.strip_chars())
    assert read(texts, identifiers.IS_MALFORMED) == read(texts, identifiers._is_malformed)
    assert read(texts, identifiers.USER) == read(texts, identifiers._user)


@given(of(WORDS))
def test_words(texts: list[str | None]) -> None:
    kinds, countries = {"click": "c", "view": "v"}, codes.country_codes()
    assert read(texts, codes.Category(kinds | {"Never": "n"}).parse) == read(texts, by_table(kinds, "to_lowercase"))
    assert read(texts, codes.Country().parse) == read(texts, by_table(countries, "to_uppercase"))
    known = by_table({code: code for code in codes.currency_codes()}, "to_uppercase")
    expected = ["USD" if text is None else code for text, code in zip(texts, read(texts, known), strict=True)]
    assert read(texts, codes.Currency("USD").parse) == expected


def by_table(table: Mapping[str, str], in_one_case: str) -> Reading:
    """What a table says of words, whatever their case and the space around them."""
    def listed(text: pl.Expr) -> pl.Expr:
        word = getattr(text.str.strip_chars().str, in_one_case)()
        return word.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)

    return listed
