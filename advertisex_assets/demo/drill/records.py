"""Records: what the drill's senders send; believable enough for every check to have something to judge."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

HISTORY_DAYS = 4
"""Enough for the statistics to know what is usual."""

EVERY = timedelta(minutes=2)
"""Each campaign shows an ad so often: enough to be missed within an hour."""

BREAKS = "102"
"""The campaign whose tag will break."""

STAY = ("101", "103", "104", "105", "106")
"""Those that go on: most must agree on what is usual before one can be told to differ."""


def impression(number: str, at: datetime, campaign: str = STAY[0], **more: object) -> dict[str, object]:
    """A valid impression."""
    return {
        "impression_id": f"imp-{number}",
        "timestamp": at.astimezone(UTC).isoformat(),
        "user_id": f"u-{number}",
        "ad_creative_id": f"4{campaign}",
        "campaign_id": campaign,
        "website": "news-1.example",
        "price": 0.002,
    } | more


def impressions(prefix: str, start: datetime, end: datetime, *campaigns: str) -> Iterator[dict[str, object]]:
    """Impressions of each campaign, at its usual pace."""
    for number in range((end - start) // EVERY):
        for campaign in campaigns:
            yield impression(f"{prefix}-{campaign}-{number}", start + number * EVERY, campaign)
