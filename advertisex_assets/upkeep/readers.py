"""Readers: what vacuum must leave because the pipeline itself has yet to read it."""

from datetime import datetime, timedelta

from advertisex_assets.silver.pending import FRONTIER
from resources.lake import Lake, LakeTable
from resources.lake.maintain import committed_at
from schemas.feed import Feed
from schemas.tables.ops import LEDGER


def reason_to_wait(lake: Lake, feed: Feed, bronze: LakeTable, now: datetime, keep: timedelta) -> str | None:
    """Why a feed's bronze must not be vacuumed: silver has yet to read a version older than `keep`; None if it may."""
    frontier = (lake.open(LEDGER).mark(f"{feed.name}/{FRONTIER}") if lake.exists(LEDGER) else None) or 0
    if frontier >= bronze.version:
        return None
    unread = committed_at(bronze, frontier + 1)
    if unread is not None and unread > now - keep:
        return None
    since = "an unknown time" if unread is None else f"{unread:%Y-%m-%d %H:%M}"
    return f"silver of {feed.name} has yet to read what was landed at {since}; run `advertisex refresh`"
