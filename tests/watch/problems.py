"""Problems for these tests."""

from datetime import UTC, datetime

from schemas.alerts.incident import Impact, Problem
from schemas.alerts.kinds import DATA_STALE, AlertKind
from schemas.alerts.observed import FailedRun

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
SINCE = datetime(2026, 3, 2, 13, 58, tzinfo=UTC)


def problem(key: str = "stale/impressions", kind: AlertKind = DATA_STALE, **changes: object) -> Problem:
    """Impressions that are late."""
    values = {
        "scope": "freshness",
        "summary": "impressions are complete to 13:58 only; they should be at most 30 minutes old.",
        "since": SINCE,
        "subject": "impressions",
        "owner": "ad-serving@advertisex.example",
        "impact": Impact(rows=12_345, amount_micros=1_234_560_000, currency="USD"),
        "link": "http://127.0.0.1:3000/assets/bronze/impressions",
        "detail": "a run",
    } | changes
    return Problem(key=key, kind=kind, **values)  # type: ignore[arg-type]


def failed_run(message: str, **changes: object) -> FailedRun:
    """A run of bronze that failed."""
    values = {
        "run_id": "3f2b8c1e-0000-4000-8000-000000000000", "job": "__ASSET_JOB", "assets": ("bronze/impressions",),
        "partitions": "2026-03-02", "error_class": "ValueError", "error_message": message, "ended_at": NOW,
        "updated_at": NOW,
    } | changes  # fmt: skip
    return FailedRun(**values)  # type: ignore[arg-type]
