"""Amounts become the reporting currency's to the micro, by the rate of their day; what has no rate says so."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.marts.money import in_reporting_currency
from tests.oracles import money as oracle
from tests.transforms.attribution.engines import sorted_rows
from tests.transforms.marts.events import DAY_US, ENGINES, RATES, START_US

CURRENCIES = ("USD", "EUR", "JPY", "KWD", None)
ROWS = {"event_at": pl.Int64(), "currency": pl.String(), "price_micros": pl.Int64()}

rows = st.lists(
    st.fixed_dictionaries(
        {
            "event_at": st.integers(START_US, START_US + 3 * DAY_US),
            "currency": st.sampled_from(CURRENCIES),
            "price_micros": st.one_of(st.none(), st.integers(-(10**13), 10**13), st.integers(-3, 3)),
        }
    ),
    max_size=12,
)


@st.composite
def daily_rates(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rates of two currencies on some days, from a billionth to ten thousand."""
    found = []
    for currency in ("EUR", "JPY"):
        for day in draw(st.sets(st.integers(0, 3))):
            begins = START_US + day * DAY_US
            rate = draw(st.one_of(st.integers(1, 10**9), st.integers(10**9, 10**13)))
            found.append((currency, "USD", rate, begins, begins + DAY_US))
    return [dict(zip(RATES, values, strict=True)) for values in found]


@settings(deadline=None, max_examples=60)
@given(rows=rows, rates=daily_rates())
def test_equals_exact_arithmetic(rows: list, rates: list) -> None:
    """Every row, whole micros."""
    expected = []
    for row in rows:
        amount, currency = oracle.exchanged(row["price_micros"], row["currency"], row["event_at"], rates)
        expected.append(row | {"price_micros": amount, "currency": currency})
    assert sorted_rows(converted("polars", rows, rates).to_dicts()) == sorted_rows(expected)


@settings(deadline=None, max_examples=3)
@given(rows=rows, rates=daily_rates())
def test_engines_agree(rows: list, rates: list) -> None:
    """The same on DuckDB."""
    one, other = (converted(engine, rows, rates).select(list(ROWS)).sort(pl.all()) for engine in ENGINES)
    assert one.equals(other) and one.schema == other.schema


@pytest.mark.parametrize(
    ("amount", "rate", "worth"), [(1_500, "1.0834", 1_625), (-10_000_000, "0.0064", -64_000)]
)
def test_worked_example(amount: int, rate: str, worth: int) -> None:
    """0.0015 units at 1.0834 are 0.0016251; a refund of 10 at 0.0064 is one of 0.064."""
    row = {"event_at": START_US, "currency": "EUR", "price_micros": amount}
    known = {"currency": "EUR", "reporting_currency": "USD", "rate": int(float(rate) * 10**9)}
    assert converted("polars", [row], [known])["price_micros"].to_list() == [worth]


def converted(engine: str, rows: list, rates: list) -> pl.DataFrame:
    """The rows after exchange."""
    return ENGINES[engine](
        lambda rows, rates: in_reporting_currency(rows, rates, "price_micros"),
        rows=pl.DataFrame(rows, schema=ROWS),
        rates=pl.DataFrame(rates, schema=RATES),
    )
