"""Traffic: anomalies, surges of refused records and new fields, as problems."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from advertisex_assets.transforms.watch.anomalies import Anomaly, find_anomalies
from advertisex_assets.transforms.watch.causes import Cause, causes_of
from advertisex_assets.transforms.watch.drift import new_fields
from advertisex_assets.transforms.watch.explain import explain
from advertisex_assets.watch.activity import read_activity, refresh_activity
from advertisex_assets.watch.changes import known_changes
from advertisex_assets.watch.feed_problem import Links, feed_problem
from advertisex_assets.watch.status import watermark
from resources.lake import Lake
from schemas.alerts.incident import Impact, Problem
from schemas.alerts.kinds import ANOMALY, QUARANTINE_SURGE, SCHEMA_DRIFT
from schemas.checks.measures import refused_of
from schemas.checks.signals import SegmentKind, signals_of
from schemas.checks.thresholds import BUCKET_US
from schemas.feed import Feed

TRAFFIC = "traffic"
"""The scope of these problems."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LIVE_WITHIN = timedelta(days=2)
"""If the newest event of all feeds is older, nothing is live: freshness says so, and anomalies would repeat it."""


def traffic_problems(lake: Lake, feeds: Sequence[Feed], now: datetime, links: Links) -> list[Problem]:
    """Anomalies, surges of refused records, and new fields; brings `ops.activity` up to date first."""
    refresh_activity(lake, feeds)
    activity = read_activity(lake)
    now_us = _complete_to_us(lake, feeds, now)
    if activity.is_empty() or now_us is None:
        return []
    anomalies = find_anomalies(activity, now_us, signals_of(feeds), known_changes(lake, now))
    problems = [_traffic_problem(cause, feeds, links) for cause in causes_of(anomalies)]
    return problems + [
        feed_problem(
            feed, TRAFFIC, SCHEMA_DRIFT, f"field/{name}", f"{table} brings a new field {name!r} in {rows:,} records.",
            now, links, Impact(rows),
        )
        for feed in feeds
        for output in feed.outputs
        for table, name, rows in new_fields(activity, output.table, now_us)
    ]  # fmt: skip


def _traffic_problem(cause: Cause, feeds: Sequence[Feed], links: Links) -> Problem:
    main = cause.main
    feed = next((one for one in feeds if _feed_counts(one, main)), feeds[0])
    kind = QUARANTINE_SURGE if main.signal.numerator == refused_of(feed.name) else ANOMALY
    since = EPOCH + timedelta(microseconds=main.since_us)
    subject = feed.name if main.kind == SegmentKind.ALL else f"{main.kind} {main.segment}"
    missing = Impact(rows=max(0, round(main.expected - main.observed))) if main.change < 0 else Impact()
    return Problem(
        key=f"{TRAFFIC}/{cause.key}",
        scope=TRAFFIC,
        kind=kind,
        summary=explain(cause),
        since=since,
        subject=subject,
        owner=feed.owner,
        impact=missing,
        link=links.asset("silver", main.signal.table),
    )


def _feed_counts(feed: Feed, anomaly: Anomaly) -> bool:
    tables = {output.table for output in feed.outputs}
    return anomaly.signal.table in tables or anomaly.signal.numerator == refused_of(feed.name)


def _complete_to_us(lake: Lake, feeds: Sequence[Feed], now: datetime) -> int | None:
    """The end of the last quarter hour that is over and may be judged: a feed that died is not complete, but over.

    With live data that is now; when old data is replayed it is the newest event.
    """
    newest = max((moment for feed in feeds if (moment := watermark(lake, feed)) is not None), default=None)
    if newest is None:
        return None
    moment = now if now - newest < LIVE_WITHIN else newest
    delay = max(feed.watermark_delay for feed in feeds)
    micros = (moment - delay - EPOCH) // timedelta(microseconds=1)
    return micros - micros % BUCKET_US
