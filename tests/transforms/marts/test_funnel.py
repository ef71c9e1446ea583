"""The auction funnel: every event once, with the auction that it names, or as an orphan; unreported hops are null."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.marts.funnel import GRAIN, MEASURES, auction_funnel
from schemas.tables.gold import AUCTION_FUNNEL
from tests.oracles import marts_funnel as oracle
from tests.transforms.marts.events import ENGINES, frame

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)
few = settings(relaxed, max_examples=4)

Kinds = dict[str, list[dict[str, Any]]]
FIRST = date(2026, 3, 1)
DATES = [FIRST + timedelta(days=n) for n in range(4)]
HALF_DAY = timedelta(hours=12)


def _maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.sampled_from(values))


@st.composite
def events(draw: st.DrawFn, prefix: str, own: dict[str, st.SearchStrategy[Any]]) -> list[dict[str, Any]]:
    """Events of one kind; half days collide, so that order within an auction is settled by ids as well."""
    rows = []
    for index in range(draw(st.integers(0, 8))):
        moment = datetime(2026, 3, 1, tzinfo=UTC) + draw(st.integers(0, 7)) * HALF_DAY
        row = {name: draw(strategy) for name, strategy in own.items()}
        at = {"event_at": int(moment.timestamp()) * 1_000_000, "event_date": moment.date()}
        rows.append({"event_id": f"{prefix}{index}"} | at | row)
    return rows


auctions = _maybe("a1", "a2", "a3")
shown = _maybe("i1", "i2")
currencies = st.sampled_from(["USD", "EUR"])
kinds = st.fixed_dictionaries(
    {
        "bid_requests": events(
            "r",
            {
                "auction_id": auctions,
                "exchange": _maybe("x1"),
                "deal_id": _maybe("d1"),
                "website": _maybe("w1"),
                "device": _maybe("mobile"),
                "floor_micros": _maybe(0, 499_999, 500_000, 4_999_999, 5_000_000),
                "currency": currencies,
                "is_test": _maybe(True, False, False),
            },
        ),
        "auction_outcomes": events(
            "o",
            {
                "auction_id": auctions,
                "outcome": st.sampled_from(list(oracle.OUTCOMES)),
                "clearing_micros": _maybe(0, 700_000),
                "currency": currencies,
            },
        ),
        "impressions": events(
            "i",
            {
                "auction_id": auctions,
                "impression_id": shown,
                "viewable_ms": _maybe(0, 1000),
                "website": _maybe("w2"),
            },
        ),
        "clicks": events("c", {"impression_id": shown}),
        "conversions": events("v", {"impression_id": shown}),
    }
)


def computed(engine: str, rows: Kinds) -> pl.DataFrame:
    """The mart on an engine."""
    return ENGINES[engine](auction_funnel, **{kind: frame(kind, each) for kind, each in rows.items()})


@relaxed
@given(rows=kinds)
def test_equals_the_oracle(rows: Kinds) -> None:
    """Every count of every group, nulls included."""
    found = {tuple(row[name] for name in GRAIN): row for row in computed("polars", rows).to_dicts()}
    expected = oracle.funnel(rows, DATES)
    assert found.keys() == expected.keys()
    for key, wanted in expected.items():
        assert {name: found[key][name] for name in MEASURES} == {
            name: wanted.get(name, 0) for name in MEASURES
        }


@relaxed
@given(rows=kinds, day=st.sampled_from(DATES))
def test_a_date_alone_gives_the_same(rows: Kinds, day: date) -> None:
    """A date's rows depend on the days it reads, never on others that are computed with it."""
    back = {"bid_requests": 2, "impressions": 1}
    read = {
        kind: [row for row in each if 0 <= (day - row["event_date"]).days <= back.get(kind, 0)]
        for kind, each in rows.items()
    }
    alone = computed("polars", read).filter(event_date=day).sort(GRAIN)
    assert alone.equals(computed("polars", rows).filter(event_date=day).sort(GRAIN))


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "polars"])
@few
@given(rows=kinds)
def test_engines_agree(engine: str, rows: Kinds) -> None:
    """The same columns, types and values."""
    one, other = (computed(each, rows).sort(GRAIN) for each in ("polars", engine))
    assert one.equals(other)
    assert dict(one.schema) == dict(other.schema) == AUCTION_FUNNEL.schema
