"""A click finds the impression that it came from: the named one, else the latest that can be it."""

import pytest
from hypothesis import HealthCheck, given, settings

from advertisex_assets.transforms.attribution.clicks import clicks_with_impressions
from tests.transforms.attribution.engines import Engine, on_duckdb, on_polars
from tests.transforms.attribution.journeys import DAY_US, touch_frame, touch_rows

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=80)


def _fits(view: dict, click: dict) -> bool:
    known = all(
        view[name] is None or click[name] is None or view[name] == click[name]
        for name in ("advertiser_id", "campaign_id", "creative_id")
    )
    return known and 0 <= click["event_at"] - view["event_at"] <= DAY_US


def _expected(views: list, clicks: list) -> set:
    matches = set()
    for click in clicks:
        fitting = [view for view in views if _fits(view, click)]
        named = [view for view in fitting if view["touch_id"] == click["impression_id"]]
        guessed = [view for view in fitting if view["user_id"] and view["user_id"] == click["user_id"]]
        if named or guessed:
            best = max(named or guessed, key=lambda view: (view["event_at"], view["touch_id"].encode()))
            matches.add((click["touch_id"], best["touch_id"], "impression_id" if named else "user_id"))
    return matches


@pytest.mark.parametrize(("engine", "examples"), [(on_polars, 80), (on_duckdb, 4)], ids=["polars", "duckdb"])
def test_equals_brute_force(engine: Engine, examples: int) -> None:
    """The match of every click, and how it was found."""

    @settings(relaxed, max_examples=examples)
    @given(touches=touch_rows(30, 10))
    def holds(touches: list) -> None:
        views, clicks = ([t for t in touches if t["touch_type"] == kind] for kind in ("view", "click"))
        result = engine(
            lambda clicks, impressions: clicks_with_impressions(clicks, impressions, DAY_US),
            clicks=touch_frame(clicks),
            impressions=touch_frame(views),
        )
        rows = result.select("touch_id", "impression_id", "linked_by").rows()
        assert len(rows) == len(set(rows))
        assert set(rows) == _expected(views, clicks)

    holds()
