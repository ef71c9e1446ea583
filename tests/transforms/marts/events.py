"""Random silver rows that collide often: few campaigns, sites and users, prices and currencies missing or mixed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from advertisex_assets.transforms.marts.journeys import touches_by_key
from schemas.discover import all_feeds
from schemas.tables.silver import silver_tables
from tests.transforms.attribution.engines import Engine, Transform, on_duckdb, on_polars

DAY_US = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START_US = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000
ENGINES: dict[str, Engine] = {"polars": on_polars, "duckdb": on_duckdb}
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago")
INVALID = {"event_date": pl.Date(), "table": pl.String(), "event_id": pl.String()}
RATES = {"currency": pl.String(), "reporting_currency": pl.String()} | dict.fromkeys(
    ("rate", "valid_from", "valid_to"), pl.Int64()
)
NO_RATES = pl.DataFrame(schema=RATES)
"""Nothing was loaded: money stays in its own currency."""
KINDS = ("impressions", "clicks", "conversions", "engagements")


def schema(kind: str) -> dict[str, pl.DataType]:
    """The columns of a silver table, times as Int64."""
    table = next(t for feed in all_feeds() for t in silver_tables(feed) if t.name == kind)
    return {
        name: pl.Int64() if isinstance(dtype, pl.Datetime) else dtype for name, dtype in table.schema.items()
    }


def frame(kind: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as silver has them; columns that a row leaves out are null. Lists are dropped: Arrow round trips differ."""
    names = {name: dtype for name, dtype in schema(kind).items() if not isinstance(dtype, pl.List)}
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema=names, orient="row")


def _maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.sampled_from(values))


def _moments(days: int) -> st.SearchStrategy[int]:
    """Any microsecond, or a whole quarter of an hour: midnight somewhere."""
    quarters = st.integers(0, days * 96 - 1).map(lambda quarter: quarter * (DAY_US // 96))
    return st.one_of(st.integers(0, days * DAY_US - 1), quarters)


@st.composite
def rows(
    draw: st.DrawFn, kind: str, start_us: int = START_US, days: int = 3, max_size: int = 25
) -> list[dict[str, Any]]:
    """Rows of one kind over some days."""
    made = []
    for index in range(draw(st.integers(0, max_size))):
        event_at = start_us + draw(_moments(days))
        made.append(
            {
                "event_id": f"{kind[0]}{index}",
                "event_at": event_at,
                "event_date": (EPOCH + timedelta(microseconds=event_at)).date(),
                "user_id": draw(_maybe("u1", "u2", "u3")),
                "user_bucket": draw(st.integers(0, 3)),
                "campaign_id": draw(st.sampled_from(["c1", "c2", "(unassigned)"])),
                "creative_id": draw(st.sampled_from(["k1", "k2"])),
                "website": draw(_maybe("w1", "w2")),
                "reporting_zone": draw(_maybe(*ZONES)),
                "advertiser_id": draw(_maybe("a1", "a2")),
                "viewable_ms": draw(_maybe(0, 999, 1000, 60_000)),
                "price_micros": draw(_maybe(0, 1, 2_500, 10**9)),
                "revenue_micros": draw(_maybe(0, -1_000_000, 3, 10**13)),
                "currency": draw(st.sampled_from(["USD", "USD", "EUR"])),
                "conversion_type": draw(st.sampled_from(["purchase", "signup"])),
                "impression_id": draw(_maybe("i0", "i1", "i2")) if kind != "impressions" else f"i{index}",
                "click_id": draw(_maybe("c0", "c1")),
            }
        )
    return made


def all_kinds(
    start_us: int = START_US, max_size: int = 25
) -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    """Rows of every kind."""
    return st.fixed_dictionaries({kind: rows(kind, start_us, max_size=max_size) for kind in KINDS})


@st.composite
def judged_kinds(
    draw: st.DrawFn, start_us: int = START_US
) -> tuple[dict[str, list[dict[str, Any]]], pl.DataFrame]:
    """Rows of every kind, and the invalid ones among them as silver.invalid_traffic."""
    kinds = draw(all_kinds(start_us))
    events = [(row["event_date"], kind, row["event_id"]) for kind in KINDS[:3] for row in kinds[kind]]
    chosen = draw(st.sets(st.sampled_from(events))) if events else set()
    return kinds, pl.DataFrame(sorted(chosen), schema=INVALID, orient="row")


def from_silver(mart: Transform) -> Transform:
    """A mart of `gold.touches` as a function of what those are made of."""

    def compute(impressions: Any, clicks: Any, invalid_traffic: Any, **others: Any) -> Any:
        return mart(touches=touches_by_key(impressions, clicks, invalid_traffic), **others)

    return compute
