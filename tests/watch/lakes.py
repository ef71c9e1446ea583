"""Small lakes for these tests: bronze rows written by hand, silver made by the pipeline itself."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl

from advertisex_assets.silver.refresh import Inputs, refresh_dates
from advertisex_assets.transforms.enrich import Reference
from resources.lake import Lake, Marks
from resources.run import Run
from schemas.feed import Feed
from schemas.tables.bronze import FILES, bronze_table

FIRST_DAY = date(2026, 3, 2)
INPUTS = Inputs(Reference.empty(), b"test-key")


def impression(number: int, at: datetime, **changes: object) -> dict[str, object]:
    """A valid impression."""
    record = {
        "impression_id": f"imp-{number}",
        "timestamp": at.isoformat(),
        "user_id": f"u{number % 7}",
        "ad_creative_id": "4001",
        "campaign_id": "101",
        "website": "news-1.example",
        "price": 0.002,
    }
    return record | changes


def days_of_impressions(days: int, each: int = 20) -> list[dict[str, object]]:
    """The same number of valid impressions on each day, through the day."""
    start = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)
    step = timedelta(days=1) / each
    return [impression(number, start + number * step) for number in range(days * each)]


def land(
    lake: Lake,
    feed: Feed,
    records: Sequence[dict[str, object] | bytes],
    first_offset: int = 0,
    received_at: datetime | None = None,
) -> None:
    """Appends records to bronze as Kafka rows of partition 0, received one minute after their event."""
    rows = [_bronze_row(record, first_offset + number, received_at) for number, record in enumerate(records)]
    table = bronze_table(feed)
    opened = lake.open(table)
    first = (
        {} if opened.mark("kafka/topic-1/0/first") is not None else {"kafka/topic-1/0/first": first_offset}
    )
    passed = max(first_offset + len(rows), opened.mark("kafka/topic-1/0") or 0)
    opened.append(pl.DataFrame(rows, schema=table.schema), Marks({"kafka/topic-1/0": passed, **first}))


def refresh(lake: Lake, feed: Feed, dates: Iterable[date]) -> None:
    """Brings silver up to date with bronze for those dates."""
    refresh_dates(lake, feed, dates, INPUTS, Run("test-run", lambda: datetime(2026, 3, 30, tzinfo=UTC)))


def arrive_again(lake: Lake, feed: Feed, records: int) -> None:
    """Notes that a file came whose bytes bronze had."""
    lake.open(FILES).append(
        pl.DataFrame(
            [{"feed": feed.name, "path": "again.json", "records": records, "outcome": "already_landed"}],
            schema=FILES.schema,
        ),
        Marks(),
    )


def _bronze_row(
    record: dict[str, object] | bytes, offset: int, received_at: datetime | None
) -> dict[str, object]:
    tombstone = record == b""
    payload = record if isinstance(record, bytes) else json.dumps(record).encode()
    at = datetime.fromisoformat(str(record["timestamp"])) if isinstance(record, dict) else None
    received = received_at or (at or datetime.combine(FIRST_DAY, datetime.min.time(), UTC)) + timedelta(
        minutes=1
    )
    return {
        "kind": "tombstone" if tombstone else "record",
        "payload": None if tombstone else payload,
        "codec": "json",
        "source": "kafka:topic-1",
        "source_name": "ad-impressions",
        "partition": 0,
        "offset": offset,
        "record_index": 0,
        "received_at": received,
        "key": hashlib.sha256(payload).digest(),
        "event_date": (at or received).date(),
        "routed_by": "event_time" if at else "unreadable",
        "landing_date": received.date(),
        "landed_at": received,
        "run_id": "test-run",
    }
