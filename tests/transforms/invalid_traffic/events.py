"""Events for these tests: few people, ads and moments, so that they meet; and small limits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from schemas.invalid_traffic import Limits
from tests.oracles import invalid_traffic as oracle

Row = dict[str, Any]

START = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000
SECOND = 1_000_000
# Steps in which every limit has its edge.
MOMENTS = st.builds(
    lambda seconds, shift: START + int(seconds * SECOND) + shift,
    st.sampled_from([0, 0.5, 1, 2, 3, 4, 5, 8, 13, 20, 39, 40, 41, 60]),
    st.sampled_from([-1, 0, 1]),
)
USERS = st.sampled_from([None, "u1", "u2"])
FLAGS = st.sampled_from([[], ["bad_website"], ["known_bot"], ["data_centre", "no_consent"]])
IMPRESSION_IDS = st.sampled_from([None, "i1", "i2", "i3"])
CLICK_IDS = st.sampled_from([None, "k1", "k2", "k3"])
CAMPAIGNS = st.sampled_from(["c1", "c2"])

LIMITS = Limits(
    fastest_click=timedelta(seconds=0.5),
    clock_tolerance=timedelta(seconds=1),
    flood_clicks_per_user=3,
    flood_clicks_per_address=4,
    flood_window=timedelta(seconds=5),
    duplicate_window=timedelta(seconds=1),
    fastest_conversion=timedelta(seconds=5),
    lookback=timedelta(seconds=40),
)
PLAIN_LIMITS = oracle.Limits(SECOND // 2, SECOND, 3, 4, 5 * SECOND, SECOND, 5 * SECOND, 40 * SECOND)

BASE = {"event_id": pl.String, "event_at": pl.Int64, "event_date": pl.Date, "user_id": pl.String}
COMMON = BASE | {"flags": pl.List(pl.String)}
SCHEMAS = {
    "impressions": COMMON | {"impression_id": pl.String, "ip_key": pl.String},
    "clicks": COMMON | dict.fromkeys(("impression_id", "click_id", "campaign_id", "creative_id"), pl.String),
    "conversions": COMMON | dict.fromkeys(("click_id", "campaign_id"), pl.String),
}


def _events(most: int, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Row]]:
    rows = st.lists(
        st.fixed_dictionaries({"event_at": MOMENTS, "user_id": USERS, "flags": FLAGS, **columns}),
        max_size=most,
    )
    return rows.map(lambda made: [_numbered(number, row) for number, row in enumerate(made)])


def _numbered(number: int, row: Row) -> Row:
    day = datetime.fromtimestamp(row["event_at"] // SECOND, UTC).date()
    return {"event_id": f"e{number}", "event_date": day, **row}


def _each_once(impressions: list[Row]) -> list[Row]:
    """Silver has an id at one moment once: which of two a click is compared with would be chance."""
    once = {(row["impression_id"] or row["event_id"], row["event_at"]): row for row in impressions}
    return list(once.values())


IMPRESSIONS = _events(8, impression_id=IMPRESSION_IDS, ip_key=st.sampled_from([None, "p1"])).map(_each_once)
CLICKS = _events(
    14,
    impression_id=IMPRESSION_IDS,
    click_id=CLICK_IDS,
    campaign_id=CAMPAIGNS,
    creative_id=st.just("(unassigned)"),
)
CONVERSIONS = _events(6, click_id=CLICK_IDS, campaign_id=CAMPAIGNS)


def frames(impressions: list[Row], clicks: list[Row], conversions: list[Row]) -> dict[str, pl.DataFrame]:
    """The rows as frames by table."""
    rows = {"impressions": impressions, "clicks": clicks, "conversions": conversions}
    return {name: pl.DataFrame(rows[name], schema=schema) for name, schema in SCHEMAS.items()}
