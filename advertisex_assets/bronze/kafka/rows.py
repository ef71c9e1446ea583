"""Rows: Kafka messages to received records, several where a message holds several; pure."""

from collections.abc import Sequence

import polars as pl

from schemas.codecs import detect
from schemas.feed import Feed
from schemas.tables.bronze import TOMBSTONE, bronze_table

RECORD_COLUMNS = (
    *("kind", "payload", "codec", "header", "source", "source_name", "partition", "offset", "record_index"),
    *("received_at", "key", "headers", "record_id"),
)
"""What is known of a record before it is stamped."""

LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: a producer may send any number as a timestamp."""

Split = tuple[int, int, str, bytes | None, str | None, str | None]
"""Place of the message, index in it, kind, payload, codec and header of one record."""


def rows_of(feed: Feed, messages: pl.DataFrame, source: str) -> pl.DataFrame:
    """One row per record of the messages (see MESSAGE_SCHEMA), in order, ready to be stamped."""
    schema = bronze_table(feed).schema
    names = ("record_index", "kind", "payload", "codec", "header")
    types = {"message": pl.Int64()} | {name: schema[name] for name in names}
    split = pl.DataFrame(split_messages(feed, messages["payload"].to_list()), schema=types, orient="row")
    milliseconds = pl.col("timestamp_ms").clip(0, LATEST_MS)
    carried = messages.drop("payload")[split["message"]].hstack(split.drop("message"))
    return carried.with_columns(
        pl.lit(source).alias("source"),
        pl.lit(feed.topic).alias("source_name"),
        pl.from_epoch(milliseconds, "ms").cast(schema["received_at"]).alias("received_at"),
    ).select(RECORD_COLUMNS)


def split_messages(feed: Feed, payloads: Sequence[bytes | None]) -> list[Split]:
    """The records of each message; a message without a value is a tombstone."""
    records: list[Split] = []
    for place, payload in enumerate(payloads):
        if payload is None:
            records.append((place, 0, TOMBSTONE, None, None, None))
            continue
        codec = detect(feed.codecs, payload)
        found = codec.split(payload)
        records += [
            (place, index, record.kind, record.payload, codec.name, record.header)
            for index, record in enumerate(found)
        ]
    return records
