"""Readers: what vacuum must leave because the pipeline itself has yet to read it."""

from datetime import UTC, datetime, timedelta

from advertisex_assets.silver.handles import FRONTIER
from resources.lake import Lake, LakeTable
from schemas.feed import Feed
from schemas.tables.ops import LEDGER


def reason_to_wait(lake: Lake, feed: Feed, bronze: LakeTable, now: datetime, keep: timedelta) -> str | None:
    """Why a feed's bronze must not be vacuumed: silver has yet to read rows landed before `keep`; None if it may."""
    oldest = _oldest_unread(lake, feed, bronze)
    if oldest is None or oldest > now - keep:
        return None
    return (
        f"silver of {feed.name} has yet to read what was landed at {oldest:%Y-%m-%d %H:%M}; run `advertisex refresh`"
    )


def _oldest_unread(lake: Lake, feed: Feed, bronze: LakeTable) -> datetime | None:
    """When the first row after silver's frontier was landed (UTC): from there on it reads version by version."""
    frontier = lake.open(LEDGER).mark(f"{feed.name}/{FRONTIER}") if lake.exists(LEDGER) else None
    rows = bronze.changes(-1 if frontier is None else frontier, columns=["landed_at"])
    first = rows["landed_at"].min()
    return first.astimezone(UTC) if isinstance(first, datetime) else None
