"""Feed problem: a problem of one feed, with its owner, its page and a key that stays the same while it lasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.alerts.incident import Impact, Problem
from schemas.alerts.kinds import AlertKind
from schemas.feed import Feed


@dataclass(frozen=True)
class Links:
    """Where the Dagster UI is."""

    dagster_url: str = ""

    def asset(self, *key: str) -> str:
        """The page of an asset."""
        return f"{self.dagster_url.rstrip('/')}/assets/{'/'.join(key)}" if self.dagster_url else ""


def feed_problem(
    feed: Feed,
    scope: str,
    kind: AlertKind,
    what: str,
    summary: str,
    since: datetime,
    links: Links,
    impact: Impact | None = None,
    detail: str = "",
) -> Problem:
    """The problem `what` of a feed, as seen by `scope`."""
    return Problem(
        key=f"{scope}/{feed.name}/{what}",
        scope=scope,
        kind=kind,
        summary=summary,
        since=since,
        subject=feed.name,
        owner=feed.owner,
        impact=impact or Impact(),
        link=links.asset("bronze", feed.name),
        detail=detail,
    )


def words(span: timedelta) -> str:
    """A length of time for people."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
