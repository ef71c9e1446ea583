"""Records: what the drill's senders send; believable enough for every check to have something to judge."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

HISTORY_DAYS = 4
"""Enough for the statistics to know what is usual."""

EVERY = timedelta(minutes=1)
"""One impression a minute of each campaign: a quarter hour has fifteen."""

STAYS, BREAKS = "101", "102"
"""The campaign that goes on, and the one whose tag will break."""


def impression(number: str, at: datetime, campaign: str = STAYS, **more: object) -> dict[str, object]:
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
    """Impressions of each campaign, one a minute."""
    for number in range((end - start) // EVERY):
        for campaign in campaigns:
            yield impression(f"{prefix}-{campaign}-{number}", start + number * EVERY, campaign)
