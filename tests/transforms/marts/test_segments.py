"""The segment mart counts every event in each segment of its bid request, by a plain count of the same rows."""

from collections import Counter
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.marts.segments import segment_daily
from schemas.discover import declared_spend
from schemas.types import Labels
from tests.transforms.marts.events import DAY_US, ENGINES, NO_RATES, START_US, frame

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)
HOUR_US = 3_600_000_000
SEGMENTS = ("a", "a,b", "b,c", None)
Rows = list[dict[str, Any]]


def _at(draw: st.DrawFn) -> int:
    return START_US + draw(st.integers(0, 47)) * HOUR_US


@st.composite
def auctions(draw: st.DrawFn) -> dict[str, Rows]:
    """Requests, one per auction, and what came of some of them within the day; ids that nothing has, too."""
    requests, impressions, clicks, sales = [], [], [], []
    for n in range(draw(st.integers(0, 8))):
        at = _at(draw)
        own = {"event_at": at, "event_id": f"e{n}", "user_id": None, "currency": "USD"}
        requests.append(
            own
            | {
                "auction_id": f"a{n}",
                "segments": draw(st.sampled_from(SEGMENTS)),
                "country": draw(st.sampled_from(["DE", None])),
                "device": "phone",
                "utc_offset_minutes": draw(st.sampled_from([None, -300, 345])),
            }
        )
        named = draw(st.sampled_from([f"a{n}", "nobody"]))
        impressions.append(own | {"auction_id": named, "impression_id": f"i{n}", "price_micros": n})
        if draw(st.booleans()):
            clicks.append(own | {"impression_id": f"i{n}"})
        if draw(st.booleans()):
            sales.append(own | {"impression_id": f"i{n}", "revenue_micros": 10 * n})
    return {"bid_requests": requests, "impressions": impressions, "clicks": clicks, "conversions": sales}


def counted(rows: dict[str, Rows]) -> Counter[tuple]:
    """(segment, country, daypart, measure) -> sum, one event at a time."""
    told = {row["auction_id"]: _targeting(row) for row in rows["bid_requests"]}
    shown = {row["impression_id"]: told.get(row["auction_id"]) for row in rows["impressions"]}
    found: Counter[tuple] = Counter()
    for row in rows["bid_requests"]:
        _add(found, told[row["auction_id"]], bid_requests=1)
    for row in rows["impressions"]:
        _add(found, shown[row["impression_id"]], impressions=1, spend_micros=row["price_micros"])
    for row in rows["clicks"]:
        _add(found, shown[row["impression_id"]], clicks=1)
    for row in rows["conversions"]:
        _add(found, shown[row["impression_id"]], conversions=1, revenue_micros=row["revenue_micros"])
    return found


def _targeting(row: dict[str, Any]) -> tuple[list[str], str, str]:
    hour = (row["event_at"] + (row["utc_offset_minutes"] or 0) * 60_000_000) % DAY_US // HOUR_US
    part = ("night", "morning", "afternoon", "evening")[hour // 6]
    return (row["segments"] or "(none)").split(","), row["country"] or "(unknown)", part


def _add(found: Counter[tuple], targeting: tuple | None, **measures: int) -> None:
    segments, country, part = targeting or (["(unknown)"], "(unknown)", "(unknown)")
    for segment in segments:
        for name, value in measures.items():
            found[segment, country, part, name] += value


def computed(engine: str, rows: dict[str, Rows]) -> pl.DataFrame:
    """The mart on an engine."""
    frames = {name: frame(name, each) for name, each in rows.items()}
    return ENGINES[engine](segment_daily(declared_spend()), **frames, exchange_rates=NO_RATES)


@relaxed
@given(rows=auctions())
def test_equals_a_plain_count(rows: dict[str, Rows]) -> None:
    """Every measure of every segment, summed over days."""
    found: Counter[tuple] = Counter()
    for row in computed("polars", rows).to_dicts():
        for name in (
            "bid_requests",
            "impressions",
            "clicks",
            "conversions",
            "spend_micros",
            "revenue_micros",
        ):
            found[row["segment"], row["country"], row["daypart"], name] += row[name]
    assert +found == +counted(rows)


@settings(relaxed, max_examples=3)
@given(rows=auctions())
def test_engines_agree(rows: dict[str, Rows]) -> None:
    """DuckDB gives the same."""
    one, other = (computed(engine, rows).sort(pl.all(), nulls_last=True) for engine in ENGINES)
    assert one.equals(other) and one.schema == other.schema


def test_segments_come_in_many_shapes() -> None:
    """OpenRTB's nested arrays, a flat one, text with commas; each once, in order."""
    texts = ['["[\\"b\\"]","[\\"a\\",\\"b\\"]"]', '["b","a"]', "b, a,b", "[]", None]
    parsed = pl.DataFrame({"t": texts}).select(Labels().parse(pl.col("t"))).to_series()
    assert parsed.to_list() == ["a,b", "a,b", "a,b", None, None]
