"""The truth of attribution: worked examples by hand, and sums that hold on any traffic."""

import polars as pl

from resources.sample_traffic.truth_attribution import CREDIT_MICROS, DAY_US, Event, Touches, credits
from tests.sample_traffic.conftest import WrittenRun

NOW = 1_800_000_000_000_000


def touch(kind: str, name: str, age_us: int, user: str | None = "ann", advertiser: str | None = "a") -> Event:
    """A touch of some age at NOW; a click knows itself, a view its impression."""
    click, impression = (name, None) if kind == "click" else (None, name)
    return Event(kind, name, NOW - age_us, user, advertiser, impression, click, "file", 0)


def shares(touches: list[Event], model: str, **stated: str | None) -> dict[str | None, int]:
    """The credit per touch id of one conversion of ann's at NOW."""
    conversion = Event("conversion", "c", NOW, "ann", "a", None, None, "file", 1)._replace(**stated)
    index = Touches()
    for each in touches:
        index.add(each)
    return {
        credit.touch.event_id if credit.touch else None: credit.credit_micros
        for credit in credits([conversion], index)
        if credit.model == model
    }


def test_the_last_click_takes_all_and_linear_shares_among_clicks_only() -> None:
    path = [touch("click", "k1", 9), touch("click", "k2", 5), touch("click", "k3", 7), touch("view", "v", 1)]
    assert shares(path, "last_click") == {"k2": 1_000_000}
    assert shares(path, "linear") == {"k1": 333_334, "k3": 333_333, "k2": 333_333}


def test_views_share_only_where_there_is_no_click_and_never_win_the_last_click() -> None:
    path = [touch("view", "v1", 9), touch("view", "v2", 5)]
    assert shares(path, "linear") == {"v1": 500_000, "v2": 500_000}
    assert shares(path, "last_click") == {None: 1_000_000}


def test_windows_are_inclusive_to_the_microsecond() -> None:
    inside = [touch("click", "k", 30 * DAY_US)]
    assert shares(inside, "linear") == {"k": 1_000_000}
    outside = [
        touch("click", "k", 30 * DAY_US + 1),
        touch("view", "v", DAY_US + 1),
        touch("click", "after", -1),
    ]
    assert shares(outside, "linear") == {None: 1_000_000}


def test_a_stated_link_comes_before_the_user() -> None:
    path = [touch("click", "k", 9, user="bob"), touch("click", "mine", 5), touch("view", "v", 3, user=None)]
    assert shares(path, "linear", click_id="k") == {"k": 1_000_000}
    assert shares(path, "linear", impression_id="v") == {"v": 1_000_000}
    assert shares(path, "linear", click_id="never seen") == {"mine": 1_000_000}


def test_another_advertisers_touch_earns_nothing_and_an_unknown_one_may() -> None:
    path = [touch("click", "theirs", 5, advertiser="b"), touch("click", "unknown", 9, advertiser=None)]
    assert shares(path, "linear") == {"unknown": 1_000_000}
    assert shares(path, "last_click", advertiser_id=None) == {"theirs": 1_000_000}


def test_nobody_is_nobody() -> None:
    assert shares([touch("click", "k", 5, user=None)], "linear", user_id=None) == {None: 1_000_000}


def test_credits_of_a_run_sum_to_the_whole_for_every_conversion(run: WrittenRun) -> None:
    credited = pl.read_parquet(run.directory / "truth" / "attribution.parquet")
    conversion = ("conversion_file", "conversion_ordinal")
    sums = credited.group_by(*conversion, "model").agg(pl.col("credit_micros").sum())
    assert set(sums["credit_micros"]) == {CREDIT_MICROS}
    assert sums.height == 2 * run.summary["tables"]["conversions"]
    assert credited.filter(pl.col("touch_type") == "click").height
    assert credited.filter(pl.col("touch_type") == "view").height
    assert credited.filter(pl.col("touch_type") == "unattributed").height


def test_touches_are_accepted_and_not_after_their_conversion(run: WrittenRun) -> None:
    place = ("file", "ordinal")
    accepted = run.records.filter(pl.col("outcome") == "accepted").select(*place, "event_at_us")
    credited = pl.read_parquet(run.directory / "truth" / "attribution.parquet").drop_nulls("touch_file")
    both = credited
    for side in ("touch", "conversion"):
        renamed = accepted.rename({name: f"{side}_{name}" for name in (*place, "event_at_us")})
        both = both.join(renamed, on=[f"{side}_{name}" for name in place], how="inner")
    assert both.height == credited.height
    assert both.filter(pl.col("touch_event_at_us") > pl.col("conversion_event_at_us")).is_empty()
