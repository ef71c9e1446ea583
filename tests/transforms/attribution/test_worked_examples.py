"""Worked examples of the public definitions of each model; the numbers follow from their rules."""

from typing import Any

import pytest

from advertisex_assets.transforms.attribution.attribute import attribute
from tests.transforms.attribution.engines import on_polars
from tests.transforms.attribution.journeys import DAY_US, START_US, conversion_frame, touch_frame, utc_date

CONVERSION_AT = START_US + 40 * DAY_US


def _touch(name: str, days_before: float, touch_type: str = "click", **fields: Any) -> dict[str, Any]:
    own = {"click": {"click_id": name}, "view": {"impression_id": name}}[touch_type]
    at = CONVERSION_AT - int(days_before * DAY_US)
    return {
        "touch_id": name, "touch_type": touch_type, "event_at": at, "user_id": "u", "campaign_id": name,
        "advertiser_id": "a", **own, **fields,
    }  # fmt: skip


def _credits(
    model: str, touches: list[dict[str, Any]], revenue: int | None = None, **fields: Any
) -> dict[str, Any]:
    conversion = {
        "conversion_id": "v", "event_at": CONVERSION_AT, "event_date": utc_date(CONVERSION_AT),
        "user_id": "u", "advertiser_id": "a", "revenue_micros": revenue, "click_window_us": 30 * DAY_US,
        "view_window_us": DAY_US, **fields,
    }  # fmt: skip
    rows = on_polars(
        attribute, touches=touch_frame(touches), conversions=conversion_frame([conversion])
    ).to_dicts()
    value = "credit_micros" if revenue is None else "revenue_micros"
    return {row["campaign_id"]: row[value] for row in rows if row["model"] == model}


FOUR = [_touch("display", 20), _touch("social", 10), _touch("paid_search", 4), _touch("organic", 1)]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("last_click", {"organic": 1_000_000}),
        ("last_touch", {"organic": 1_000_000}),
        ("first_touch", {"display": 1_000_000}),
        ("linear", {"display": 250_000, "social": 250_000, "paid_search": 250_000, "organic": 250_000}),
        (
            "position_based",
            {"display": 400_000, "social": 100_000, "paid_search": 100_000, "organic": 400_000},
        ),
    ],
)
def test_four_interactions(model: str, expected: dict[str, int]) -> None:
    """Google Analytics, "About attribution models": Display > Social > Paid Search > Organic Search.

    Linear gives each of four 25%; position-based 40% to the first and last, 20% to those between.
    """
    assert _credits(model, FOUR) == expected


def test_time_decay_halves_in_seven_days() -> None:
    """Google Analytics, time decay: half-life 7 days: 8 days before gets half as much as 1 day before."""
    assert _credits("time_decay", [_touch("early", 8), _touch("late", 1)]) == {
        "early": 333_333,
        "late": 666_667,
    }


def test_time_decay_over_whole_half_lives() -> None:
    """Adobe Analytics, time decay: weight 2**(-t / half-life): 8, 4, 2, 1 of 15 at 0, 7, 14, 21 days."""
    touches = [_touch(f"d{days}", days) for days in (21, 14, 7, 0)]
    expected = {"d21": 66_667, "d14": 133_333, "d7": 266_667, "d0": 533_333}
    assert _credits("time_decay", touches) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(1, [1_000_000]), (2, [500_000] * 2), (3, [400_000, 200_000, 400_000])]
)
def test_position_based_short_paths(count: int, expected: list[int]) -> None:
    """Adobe Analytics, U-shaped: one touch takes 100%, two take 50% each, three 40 / 20 / 40."""
    touches = [_touch(f"t{index}", 10 - index) for index in range(count)]
    assert _credits("position_based", touches) == {f"t{index}": part for index, part in enumerate(expected)}


def test_linear_thirds_give_the_odd_micro_to_the_earliest() -> None:
    """A third is no whole number of micros: the unit left over goes to the earliest touch."""
    touches = [_touch("one", 3), _touch("two", 2), _touch("three", 1)]
    assert _credits("linear", touches) == {"one": 333_334, "two": 333_333, "three": 333_333}
    assert _credits("linear", touches, revenue=100) == {"one": 34, "two": 33, "three": 33}


def test_click_beats_a_later_view() -> None:
    """Campaign Manager 360, Floodlight: a click inside its window is credited before any impression.

    last_touch is, by name, the latest interaction of either type, so there the later view wins.
    """
    touches = [_touch("clicked", 5), _touch("seen", 0.5, "view")]
    assert _credits("last_click", touches) == {"clicked": 1_000_000}
    assert _credits("linear", touches) == {"clicked": 1_000_000}
    assert _credits("last_touch", touches) == {"seen": 1_000_000}


def test_view_through() -> None:
    """Campaign Manager 360, view-through: an impression inside its window counts where there is no click.

    last_click credits clicks only, so there the conversion is unattributed.
    """
    touches = [_touch("seen", 0.5, "view")]
    assert _credits("linear", touches) == {"seen": 1_000_000}
    assert _credits("last_click", touches) == {"(unassigned)": 1_000_000}


@pytest.mark.parametrize(("late_us", "inside"), [(0, True), (1, False)])
def test_windows_end_to_the_microsecond(late_us: int, inside: bool) -> None:
    """Google Ads, conversion window: 30 days for clicks, 1 day for views; both ends belong to the window."""
    for name, days, touch_type in (("click", 30, "click"), ("view", 1, "view")):
        touch = _touch(name, days, touch_type)
        touch["event_at"] -= late_us
        assert (name in _credits("linear", [touch])) is inside
    after = _touch("after", 0)
    after["event_at"] += late_us
    assert ("after" in _credits("linear", [after])) is inside


def test_link_takes_precedence_over_the_user() -> None:
    """A conversion that names its click is that click's, whoever the user seems to be."""
    touches = [_touch("named", 9, user_id="another", impression_id="seen"), _touch("recent", 1)]
    for link in (
        {"click_id": "named"},
        {"impression_id": "seen"},
        {"click_id": "named", "impression_id": "seen"},
    ):
        assert _credits("linear", touches, **link) == {"named": 1_000_000}
    assert _credits("linear", touches) == {"recent": 1_000_000}


def test_other_advertisers_do_not_compete() -> None:
    """An unknown advertiser is compatible on either side; another is not."""
    touches = [
        _touch("ours", 3),
        _touch("unknown", 2, advertiser_id=None),
        _touch("other", 1, advertiser_id="b"),
    ]
    assert _credits("last_click", touches) == {"unknown": 1_000_000}
    assert set(_credits("linear", touches)) == {"ours", "unknown"}
    assert set(_credits("linear", touches, advertiser_id=None)) == {"ours", "unknown", "other"}


def test_large_revenue_does_not_overflow() -> None:
    """Ten million currency units, in micros, times 1,000,000 is beyond Int64."""
    split = _credits("linear", [_touch("one", 3), _touch("two", 2), _touch("three", 1)], revenue=10**13 + 1)
    assert split == {"one": 3_333_340_000_000 + 1, "two": 3_333_330_000_000, "three": 3_333_330_000_000}


def test_a_view_and_a_click_may_share_id_and_time() -> None:
    """Feeds that number their events alone may repeat an id: the order stays total, whichever row comes first."""
    touches = [_touch("1", 0.5, "click", campaign_id="clicked"), _touch("1", 0.5, "view", campaign_id="seen")]
    for rows in (touches, touches[::-1]):
        assert _credits("last_touch", rows) == {"seen": 1_000_000}
        assert _credits("last_click", rows) == {"clicked": 1_000_000}
