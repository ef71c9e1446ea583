"""Reference data as of an event, by looking at every row: the plain definition, in plain Python."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
UNASSIGNED = "(unassigned)"


def valid(rows: Iterable[Row], key: str, value: str | None, at_us: int) -> Row | None:
    """The row of that key that holds at that time."""
    for row in rows:
        since = row["valid_from_us"] is None or row["valid_from_us"] <= at_us
        until = row["valid_to_us"] is None or at_us < row["valid_to_us"]
        if value is not None and row[key] == value and since and until:
            return row
    return None


def resolved(
    event: Row, creatives: Sequence[Row], campaigns: Sequence[Row], advertisers: Sequence[Row]
) -> Row:
    """campaign_id, creative_id, advertiser_id, reporting_zone of one event."""
    at = event["event_at"]
    creative = valid(creatives, "creative_id", event["creative_id"], at)
    stated_is_known = not campaigns or valid(campaigns, "campaign_id", event["campaign_id"], at)
    campaign_id = event["campaign_id"] if stated_is_known else None
    if campaign_id is None and creative:
        campaign_id = creative["campaign_id"]
    campaign = valid(campaigns, "campaign_id", campaign_id, at)
    advertiser_id = campaign["advertiser_id"] if campaign else None
    advertiser = valid(advertisers, "advertiser_id", advertiser_id, at)
    creative_is_known = not creatives or creative
    return {
        "campaign_id": campaign_id or UNASSIGNED,
        "creative_id": (event["creative_id"] if creative_is_known else None) or UNASSIGNED,
        "advertiser_id": advertiser_id,
        "reporting_zone": advertiser["reporting_zone"] if advertiser else None,
        "stated_campaign_id": event["campaign_id"],
        "stated_creative_id": event["creative_id"],
    }


def holding_on(rows: Iterable[Row], names: Sequence[str], day: int) -> set[tuple[Any, ...]]:
    """What the rows say on a day (days since 1970): values, and the instants within the day where they begin or end."""
    day_us = 86_400_000_000
    start, end = day * day_us, (day + 1) * day_us
    said = set()
    for row in rows:
        since = start if row["valid_from_us"] is None else max(start, row["valid_from_us"])
        until = end if row["valid_to_us"] is None else min(end, row["valid_to_us"])
        if since < until:
            said.add((*(row[name] for name in names), since, until))
    return said
