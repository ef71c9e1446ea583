"""A price is micros of one impression, whether its record states it for one or for a thousand; one feed says what spend
counts."""

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import discover
from schemas.errors import ContractError
from schemas.feeds.auction_outcomes import FEED as AUCTION_OUTCOMES
from schemas.feeds.impressions import FEED as IMPRESSIONS
from schemas.rules import text_column
from schemas.spend import Spend
from schemas.types import Price
from schemas.types.price import PriceBasis
from tests.contracts.test_rules import IMPRESSION, verdict

amounts = st.decimals(0, 1_000, places=9) | st.sampled_from([Decimal(half) / 10_000 for half in range(1, 40, 2)])
BASES: dict[str | None, int] = {"cpm": 1_000, "CPM": 1_000, "Impression": 1, None: 1_000}
"""What records say, and how many impressions that is where a feed says CPM for those that say nothing."""


def micros(price: Price, text: str, basis: str | None) -> int | None:
    """The price of one record."""
    row = pl.DataFrame({text_column("price"): [text], text_column("basis"): [basis]}, schema_overrides={
        text_column("basis"): pl.String()})
    return row.select(price.parse(pl.col(text_column("price")))).item()


@given(amount=amounts, basis=st.sampled_from(list(BASES)))
def test_a_price_is_rounded_once_to_micros_of_an_impression(amount: Decimal, basis: str | None) -> None:
    price = Price(1_000, basis=PriceBasis.CPM, basis_column="basis")
    if BASES[basis] == 1:
        exact = Fraction(amount.quantize(Decimal("1e-6"), ROUND_HALF_EVEN)) * 10**6
    else:
        exact = Fraction(amount) * 10**3
    assert micros(price, str(amount), basis) == round(exact)


def test_where_nothing_is_said_the_feed_says_it() -> None:
    assert micros(Price(1_000), "2.5", "cpm") == 2_500_000
    assert micros(Price(1_000, basis=PriceBasis.CPM), "2.5", "impression") == 2_500
    assert micros(Price(1_000, basis_column="basis"), "2.5", None) == 2_500_000


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"price": "${AUCTION_PRICE}"}, ["bad_price"]),
        ({"price": "${AUCTION_PRICE}", "price_type": "CPM"}, ["bad_price"]),
        ({"price": "-0.001", "price_type": "CPM"}, ["bad_price"]),
        ({"price": 1000.5, "price_type": "CPM"}, ["bad_price"]),
        ({"price": 2.5, "price_type": "CPC"}, ["unknown_price_basis"]),
        ({"price": 2.5, "price_type": "CPM"}, []),
    ],
)
def test_a_price_that_cannot_be_counted_is_refused(changes: dict[str, object], codes: list[str]) -> None:
    assert verdict("impressions", IMPRESSION | changes)[0] == codes


@pytest.mark.parametrize("counts", [(), ("impressions", "auction_outcomes")], ids=["none", "two"])
def test_exactly_one_feed_says_what_spend_counts(counts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Two would pay an impression twice."""
    paid: Callable[[str], Spend | None] = lambda name: IMPRESSIONS.spend if name in counts else None  # noqa: E731
    feeds = tuple(replace(feed, spend=paid(feed.name)) for feed in (AUCTION_OUTCOMES, IMPRESSIONS))
    monkeypatch.setattr(discover, "all_feeds", lambda: feeds)
    with pytest.raises(ContractError, match="Exactly one feed"):
        discover.declared_spend()
