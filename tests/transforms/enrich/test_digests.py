"""A date's reference digest changes exactly when what the reference says about that date does."""

from datetime import date, timedelta

from hypothesis import given, settings

from tests.oracles.reference import holding_on
from tests.transforms.enrich.histories import (
    ADVERTISERS,
    CAMPAIGNS,
    CREATIVES,
    DAYS,
    FIRST_DAY,
    Row,
    reference,
)

EPOCH = date(1970, 1, 1)
NAMES = (
    ("creative_id", "campaign_id"),
    ("campaign_id", "advertiser_id"),
    ("advertiser_id", "reporting_zone"),
)
Histories = tuple[list[Row], list[Row], list[Row]]


@settings(deadline=None, max_examples=200)
@given(CREATIVES, CREATIVES, CAMPAIGNS, ADVERTISERS)
def test_only_the_dates_that_a_correction_changes_get_another_digest(
    before: list[Row], after: list[Row], campaigns: list[Row], advertisers: list[Row]
) -> None:
    """Closing a row, splitting it in equal halves or adding one elsewhere leaves the other dates alone."""
    old, new = reference(before, campaigns, advertisers), reference(after, campaigns, advertisers)
    for day in range(FIRST_DAY - 2, FIRST_DAY + DAYS + 2):
        when = EPOCH + timedelta(days=day)
        # A whole table that appears makes unknown creatives (unassigned) on every date.
        same = _says((before, campaigns, advertisers), day) == _says((after, campaigns, advertisers), day)
        expected = same and bool(before) == bool(after)
        assert (old.digest_for(when) == new.digest_for(when)) == expected


@settings(deadline=None)
@given(CREATIVES, CAMPAIGNS, ADVERTISERS)
def test_the_order_of_rows_does_not_matter(
    creatives: list[Row], campaigns: list[Row], advertisers: list[Row]
) -> None:
    """A database gives rows in any order."""
    some = reference(creatives, campaigns, advertisers)
    other = reference(creatives[::-1], campaigns[::-1], advertisers[::-1])
    assert some.digest() == other.digest()
    day = EPOCH + timedelta(days=FIRST_DAY)
    assert some.digest_for(day) == other.digest_for(day)


def _says(histories: Histories, day: int) -> list[set[tuple[object, ...]]]:
    return [holding_on(rows, names, day) for rows, names in zip(histories, NAMES, strict=True)]
