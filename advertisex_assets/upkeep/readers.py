"""Readers: what upkeep must leave because the pipeline itself has yet to read it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from advertisex_assets.silver.handles import FRONTIER
from resources.lake import Lake, LakeTable
from schemas.feed import Feed
from schemas.tables.ops import LEDGER


@dataclass(frozen=True)
class SilverReader:
    """Silver of one feed, which reads bronze version by version from its frontier on."""

    lake: Lake
    feed: Feed

    def reason_to_wait(self, bronze: LakeTable, now: datetime, keep: timedelta) -> str | None:
        """Why bronze must not be vacuumed: silver has yet to read rows landed before `keep`; None if it may."""
        oldest = self._oldest_unread(bronze)
        if oldest is None or oldest > now - keep:
            return None
        return (
            f"silver of {self.feed.name} has yet to read what was landed at {oldest:%Y-%m-%d %H:%M}; "
            "run `advertisex refresh`"
        )

    def needs_commits_before(self, bronze: LakeTable, moment: datetime) -> bool:
        """Whether silver will read a commit older than that, be it one of upkeep, which brought no rows."""
        after = self._frontier()
        if after >= bronze.version:
            return False
        first = bronze.delta.history(bronze.version - after)[-1]
        return datetime.fromtimestamp(first["timestamp"] / 1000, UTC) <= moment

    def _oldest_unread(self, bronze: LakeTable) -> datetime | None:
        """When the first row after silver's frontier was landed (UTC)."""
        rows = bronze.changes(self._frontier(), columns=["landed_at"])
        first = rows["landed_at"].min()
        return first.astimezone(UTC) if isinstance(first, datetime) else None

    def _frontier(self) -> int:
        """The last version that silver has read; -1 if it has read none."""
        name = f"{self.feed.name}/{FRONTIER}"
        mark = self.lake.open(LEDGER).mark(name) if self.lake.exists(LEDGER) else None
        return -1 if mark is None else mark
