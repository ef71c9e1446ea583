"""Bid requests with people in them, as bronze holds them."""

import json
from datetime import UTC, date, datetime

import polars as pl

from schemas.feeds.bid_requests import FEED
from schemas.tables.bronze import bronze_table

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def request(number: int, **fields: object) -> dict[str, object]:
    """A flat bid request of its own auction."""
    return {
        "auction_id": f"a{number}",
        "request_id": f"r{number}",
        "timestamp": "2026-03-02T11:00:00Z",
    } | fields


def bronze(records: list[dict[str, object]]) -> pl.DataFrame:
    """Their bronze rows."""
    rows = [
        {
            "kind": "record",
            "payload": json.dumps(record).encode(),
            "codec": "json",
            "source": "kafka:topic-1",
            "source_name": "bid-requests",
            "partition": 0,
            "offset": offset,
            "record_index": 0,
            "received_at": NOON,
            "event_date": DAY,
            "routed_by": "event_time",
            "landing_date": DAY,
            "landed_at": NOON,
            "run_id": "test-run",
        }
        for offset, record in enumerate(records)
    ]
    return pl.DataFrame(rows, schema=bronze_table(FEED).schema)
