"""gold.attribution and gold.conversion_paths, from silver and reference, equal the plain reading of the rules."""

from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.marts import journeys, paths
from advertisex_assets.transforms.marts.paths import conversion_daily
from schemas.tables.gold import CONVERSION_DAILY
from tests.oracles import attribution as rules
from tests.oracles import marts_journeys as oracle
from tests.transforms.attribution.engines import sorted_rows
from tests.transforms.marts.events import DAY_US, ENGINES, START_US, frame, from_silver, judged_kinds

attribution, conversion_paths = from_silver(journeys.attribution), from_silver(paths.conversion_paths)
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
few = settings(relaxed, max_examples=4)

Rows = tuple[dict[str, list[dict[str, Any]]], pl.DataFrame]
Versions = list[dict[str, Any]]
COMPARED = (
    "conversion_id",
    "touch_id",
    "touch_type",
    "model",
    "campaign_id",
    "credit_micros",
    "revenue_micros",
    "capped",
)


def versions(key: str, *names: str) -> st.SearchStrategy[Versions]:
    """Two versions of each name, the second from the second day on."""
    change = START_US + DAY_US
    windows = st.fixed_dictionaries(
        {f"{kind}_window_days": st.sampled_from([None, 0, 1, 2, 400]) for kind in ("click", "view")}
    )
    one = [
        windows.map(
            lambda days, name=name, span=span: {key: name, "valid_from": span[0], "valid_to": span[1]} | days
        )
        for name in names
        for span in ((None, change), (change, None))
    ]
    return st.tuples(*one).map(list)


def reference(key: str, rows: Versions) -> pl.DataFrame:
    """As gold reads it."""
    numbers = ("valid_from", "valid_to", "click_window_days", "view_window_days")
    return pl.DataFrame(rows, schema={key: pl.String()} | dict.fromkeys(numbers, pl.Int64()))


def frames(rows: Rows, campaigns: Versions, advertisers: Versions) -> dict[str, pl.DataFrame]:
    """The inputs of the marts."""
    kinds, invalid = rows
    events = {kind: frame(kind, kinds[kind]) for kind in ("impressions", "clicks", "conversions")}
    return events | {
        "invalid_traffic": invalid,
        "campaigns": reference("campaign_id", campaigns),
        "advertisers": reference("advertiser_id", advertisers),
    }


def expected(rows: Rows, campaigns: Versions, advertisers: Versions) -> tuple[list[dict], list[dict]]:
    """Touches and conversions by the oracle."""
    kinds, invalid = rows
    touches = oracle.touches(kinds["impressions"], kinds["clicks"], invalid.to_dicts())
    return touches, oracle.conversions(kinds["conversions"], campaigns, advertisers)


def cut(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Only what both sides tell."""
    return sorted_rows([{name: row[name] for name in COMPARED} for row in rows])


booked = versions("campaign_id", "c1", "c2")
paying = versions("advertiser_id", "a1", "a2")


@relaxed
@given(rows=judged_kinds(), campaigns=booked, advertisers=paying)
def test_credit_follows_the_rules(rows: Rows, campaigns: Versions, advertisers: Versions) -> None:
    """Windows by campaign, advertiser or default, of the version that held; invalid and unseen touches earn nothing."""
    found = ENGINES["polars"](attribution, **frames(rows, campaigns, advertisers)).to_dicts()
    touches, conversions = expected(rows, campaigns, advertisers)
    assert cut(found) == cut(rules.attribute(touches, conversions))
    at = {touch["touch_id"]: touch["event_at"] for touch in touches}
    when = {conversion["event_id"]: conversion["event_at"] for conversion in conversions}
    assert all(row["touch_at"] == at.get(row["touch_id"]) for row in found)
    assert all(row["conversion_at"] == when[row["conversion_id"]] for row in found)


@relaxed
@given(rows=judged_kinds(), campaigns=booked, advertisers=paying)
def test_paths_list_what_competes(rows: Rows, campaigns: Versions, advertisers: Versions) -> None:
    """Campaigns in order of time, and the time from the first of them."""
    found = ENGINES["polars"](conversion_paths, **frames(rows, campaigns, advertisers)).to_dicts()
    touches, conversions = expected(rows, campaigns, advertisers)
    assert len(found) == len(conversions)
    paths = {row["conversion_id"]: row for row in found}
    for conversion in conversions:
        competing, _ = rules.competing(touches, conversion)
        row = paths[conversion["event_id"]]
        assert row["path"] == " > ".join(touch["campaign_id"] for touch in competing)
        assert row["path_length"] == len(competing)
        first = competing[0]["event_at"] if competing else None
        assert row["first_touch_at"] == first
        assert row["time_to_convert_us"] == (conversion["event_at"] - first if competing else None)


@relaxed
@given(rows=judged_kinds(), campaigns=booked, advertisers=paying)
def test_conversions_by_type_sum_the_paths(rows: Rows, campaigns: Versions, advertisers: Versions) -> None:
    """Counts, values in one currency, and mean times."""
    found = ENGINES["polars"](conversion_paths, **frames(rows, campaigns, advertisers))
    groups: dict[tuple, list[dict]] = {}
    for path in found.to_dicts():
        groups.setdefault(tuple(path[name] for name in CONVERSION_DAILY.grain_columns), []).append(path)
    daily = ENGINES["polars"](conversion_daily, conversion_paths=found).to_dicts()
    assert len(daily) == len(groups)
    for row in daily:
        group = groups[tuple(row[name] for name in CONVERSION_DAILY.grain_columns)]
        valued = [path for path in group if path["revenue_micros"] is not None]
        currency = min((path["currency"] for path in valued), default=None)
        counted = [path["revenue_micros"] for path in valued if path["currency"] == currency]
        times = [path["time_to_convert_us"] for path in group if path["path_length"]]
        assert (row["conversions"], row["touched_conversions"]) == (len(group), len(times))
        assert (row["currency"], row["revenue_micros"]) == (currency, sum(counted))
        assert row["money_rows_left_out"] == len(valued) - len(counted)
        assert row["average_revenue_micros"] == (
            pytest.approx(sum(counted) / len(counted)) if counted else None
        )
        assert row["mean_time_to_convert_us"] == (pytest.approx(sum(times) / len(times)) if times else None)


@pytest.mark.parametrize("mart", [attribution, conversion_paths])
@few
@given(rows=judged_kinds(), campaigns=booked, advertisers=paying)
def test_engines_agree(mart: Any, rows: Rows, campaigns: Versions, advertisers: Versions) -> None:
    """The same rows and types everywhere."""
    one, *others = (
        ENGINES[engine](mart, **frames(rows, campaigns, advertisers)).sort(pl.all()) for engine in ENGINES
    )
    assert all(other.equals(one) and other.schema == one.schema for other in others)
