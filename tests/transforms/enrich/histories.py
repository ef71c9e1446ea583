"""Reference histories for these tests: rows of a few keys, each valid in its own stretch of a few days."""

from datetime import UTC, datetime
from typing import Any

import polars as pl
from hypothesis import strategies as st

from advertisex_assets.transforms.enrich import Reference

DAY_US = 86_400_000_000
START = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 1_000_000
FIRST_DAY = START // DAY_US
DAYS = 4
# Midnights, and instants beside and between them: where mistakes would be.
INSTANTS = [START + day * DAY_US + shift for day in range(DAYS) for shift in (-1, 0, 1, DAY_US // 3)]

Row = dict[str, Any]


@st.composite
def history(draw: st.DrawFn, keys: list[str], key: str, value: str, values: list[str]) -> list[Row]:
    """SCD2 rows without overlap, in any order; with gaps, open ends and equal neighbours."""
    rows = []
    for name in draw(st.lists(st.sampled_from(keys), unique=True)):
        cuts = sorted(draw(st.lists(st.sampled_from(INSTANTS), unique=True, max_size=4)))
        ends = [*cuts, None] if draw(st.booleans()) else cuts
        starts = [None, *cuts] if draw(st.booleans()) else cuts
        for since in starts:
            later = [end for end in ends if end is None or since is None or end > since]
            until = None if not later else later[0]
            if (later or since is None or since == cuts[-1]) and draw(st.booleans()):
                said = draw(st.sampled_from(values))
                rows.append({key: name, value: said, "valid_from_us": since, "valid_to_us": until})
    return draw(st.permutations(rows))


def frame(rows: list[Row], key: str, value: str) -> pl.DataFrame:
    """The rows as they are stored."""
    time = pl.Datetime("us", "UTC")
    schema = {key: pl.String, value: pl.String, "valid_from_us": pl.Int64, "valid_to_us": pl.Int64}
    return pl.DataFrame(rows, schema=schema).select(
        key,
        value,
        pl.col("valid_from_us").cast(time).alias("valid_from"),
        pl.col("valid_to_us").cast(time).alias("valid_to"),
    )


CREATIVES = history(["k1", "k2"], "creative_id", "campaign_id", ["c1", "c2", "c3"])
CAMPAIGNS = history(["c1", "c2"], "campaign_id", "advertiser_id", ["a1", "a2"])
ADVERTISERS = history(["a1", "a2"], "advertiser_id", "reporting_zone", ["UTC", "Asia/Kolkata"])

EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "event_at": st.sampled_from(INSTANTS),
            "creative_id": st.sampled_from([None, "k1", "k2", "k9"]),
            "campaign_id": st.sampled_from([None, "c1", "c2", "c9"]),
        }
    ),
    max_size=30,
)


def reference(creatives: list[Row], campaigns: list[Row], advertisers: list[Row]) -> Reference:
    """The argument of `enrich`."""
    return Reference(
        frame(creatives, "creative_id", "campaign_id"),
        frame(campaigns, "campaign_id", "advertiser_id"),
        frame(advertisers, "advertiser_id", "reporting_zone"),
    )
