"""Random touches and conversions that collide often: few users, few ids, few instants, edges of windows."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
from hypothesis import strategies as st

DAY_US = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START_US = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000

TEXT, MICROS = pl.String(), pl.Int64()
TOUCHES = {
    "touch_id": TEXT, "touch_type": TEXT, "event_at": MICROS, "user_id": TEXT, "advertiser_id": TEXT,
    "campaign_id": TEXT, "creative_id": TEXT, "website": TEXT, "impression_id": TEXT, "click_id": TEXT,
    "user_bucket": MICROS,
}  # fmt: skip
CONVERSIONS = {
    "conversion_id": TEXT, "event_at": MICROS, "event_date": pl.Date(), "user_id": TEXT,
    "advertiser_id": TEXT, "campaign_id": TEXT, "impression_id": TEXT, "click_id": TEXT,
    "revenue_micros": MICROS, "click_window_us": MICROS, "view_window_us": MICROS, "user_bucket": MICROS,
}  # fmt: skip


def utc_date(event_at: int) -> date:
    """The UTC day of a time in epoch microseconds."""
    return (EPOCH + timedelta(microseconds=event_at)).date()


def _maybe(values: str) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(values.split()))


# Whole and half days, plus or minus a microsecond: ties and both edges of the windows come up often.
_instants = st.builds(
    lambda halves, slip: START_US + halves * (DAY_US // 2) + slip,
    st.integers(0, 8),
    st.sampled_from([-1, 0, 0, 1]),
)
_anywhen = st.one_of(_instants, _instants, st.integers(START_US, START_US + 4 * DAY_US))
_users = _maybe("u1 u1 u2")
_advertisers = _maybe("a1 a1 a2")


@st.composite
def touch_rows(draw: st.DrawFn, max_size: int = 14, min_size: int = 0) -> list[dict]:
    """Touches whose views and clicks may share ids, times and users."""
    rows = []
    for index in range(draw(st.integers(min_size, max_size))):
        is_click = draw(st.booleans())
        # Every third id is used by a view and by a click, as feeds that number alone do.
        own = f"t{index // 3 if draw(st.booleans()) else 100 - index}"
        rows.append({
            "touch_id": own, "touch_type": "click" if is_click else "view", "event_at": draw(_anywhen),
            "user_id": draw(_users), "advertiser_id": draw(_advertisers),
            "campaign_id": draw(_maybe("c1 c2 c3")), "creative_id": draw(_maybe("k1 k2")),
            "website": draw(_maybe("w1 w2")),
            "impression_id": draw(_maybe("t0 t0 t1")) if is_click else own,
            "click_id": own if is_click else None,
        })  # fmt: skip
        twin = next((row for row in rows[:-1] if row["touch_id"] == own), None)
        if twin and draw(st.booleans()):  # the same moment told twice, as a view and as a click
            rows[-1] |= {name: twin[name] for name in ("event_at", "user_id", "advertiser_id")}
    unique = {(row["touch_type"], row["touch_id"]): row for row in rows}
    return [{**row, "user_bucket": bucket(row["user_id"])} for row in unique.values()]


@st.composite
def conversion_rows(draw: st.DrawFn, max_size: int = 5, min_size: int = 0) -> list[dict]:
    """Conversions with and without links, windows and revenue, refunds below zero included."""
    rows = []
    for index in range(draw(st.integers(min_size, max_size))):
        event_at, user_id = draw(_anywhen), draw(_users)
        rows.append({
            "conversion_id": f"v{index}", "event_at": event_at, "event_date": utc_date(event_at),
            "user_id": user_id, "advertiser_id": draw(_advertisers), "campaign_id": draw(_maybe("c1 c2")),
            "impression_id": draw(_maybe("t0 t0 t1")), "click_id": draw(_maybe("t0 t0 t1")),
            "revenue_micros": draw(st.one_of(st.none(), st.integers(-(10**13), 10**13), st.integers(-9, 9))),
            "click_window_us": draw(st.sampled_from([1, 2, 30])) * DAY_US,
            "view_window_us": draw(st.sampled_from([1, 2])) * DAY_US, "user_bucket": bucket(user_id),
        })  # fmt: skip
    return rows


def bucket(user_id: str | None) -> int | None:
    """A stand-in for the bucket that silver makes: any fixed function of the user."""
    return None if user_id is None else int(user_id[1:]) % 64


def touch_frame(rows: list[dict]) -> pl.DataFrame:
    """Touches as Polars."""
    return pl.DataFrame(rows, schema=TOUCHES)


def conversion_frame(rows: list[dict]) -> pl.DataFrame:
    """Conversions as Polars."""
    return pl.DataFrame(rows, schema=CONVERSIONS)
