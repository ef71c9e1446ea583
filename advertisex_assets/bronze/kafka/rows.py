"""Rows: Kafka messages to received records, several where a message holds several; pure."""

import polars as pl

from advertisex_assets.transforms.isolate import isolated
from schemas.codecs import detect
from schemas.codecs.base import RECORD
from schemas.codecs.batches import Batched
from schemas.feed import Feed
from schemas.tables.bronze import BROKEN, TOMBSTONE, bronze_table

RECORD_COLUMNS = (
    *("kind", "payload", "codec", "header", "source", "source_name", "partition", "offset", "record_index"),
    *("received_at", "key", "headers", "record_id"),
)
"""What is known of a record before it is stamped."""

LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: a producer may send any number as a timestamp."""

MESSAGE = "message"
"""The place of a message among those given."""


def rows_of(feed: Feed, messages: pl.DataFrame, source: str) -> pl.DataFrame:
    """One row per record of the messages (see MESSAGE_SCHEMA), in order, ready to be stamped.

    A message on which cutting fails is one `broken` row, with all its bytes and the reason in `header`.
    """
    received_at = pl.from_epoch(pl.col("timestamp_ms").clip(0, LATEST_MS), "ms")
    placed = (
        pl.lit(source).alias("source"),
        pl.lit(feed.topic).alias("source_name"),
        received_at.cast(bronze_table(feed).schema["received_at"]).alias("received_at"),
    )
    return isolated(
        messages,
        lambda part: _cut(feed, part).with_columns(placed).select(RECORD_COLUMNS),
        lambda one, reason: _uncut(one, reason).with_columns(placed).select(RECORD_COLUMNS),
    )


def _cut(feed: Feed, messages: pl.DataFrame) -> pl.DataFrame:
    sensed = messages.with_columns(_sure_codec(feed, messages["payload"]))
    is_sure = sensed.select(pl.col("codec").is_not_null().all()).item()
    return _as_they_are(sensed) if is_sure else _split_where_unsure(feed, sensed)


def _uncut(message: pl.DataFrame, reason: str) -> pl.DataFrame:
    whole = _as_they_are(message.with_columns(pl.lit(None, pl.String).alias("codec")))
    return whole.with_columns(pl.lit(BROKEN).alias("kind"), pl.lit(reason).alias("header"))


def _as_they_are(messages: pl.DataFrame) -> pl.DataFrame:
    """Messages that are one record each."""
    return messages.with_columns(
        pl.lit(RECORD).alias("kind"),
        pl.lit(None, pl.String).alias("header"),
        pl.lit(0, pl.Int64).alias("record_index"),
    )


def _split_where_unsure(feed: Feed, sensed: pl.DataFrame) -> pl.DataFrame:
    numbered, is_sure = sensed.with_row_index(MESSAGE), pl.col("codec").is_not_null()
    sure, split = _as_they_are(numbered.filter(is_sure)), _split(feed, numbered.filter(~is_sure))
    return pl.concat([sure, split.select(sure.columns)]).sort(MESSAGE, "record_index")


def _sure_codec(feed: Feed, payloads: pl.Series) -> pl.Expr:
    """The codec of which a message is one record for sure; null where it must be looked at by itself."""
    names = []
    for codec in feed.codecs:
        if isinstance(codec, Batched):
            mask = codec.is_one_record(payloads)
            if mask.all(ignore_nulls=False):
                return pl.lit(codec.name).alias("codec")
            names.append(pl.when(pl.lit(mask)).then(pl.lit(codec.name)))
    return pl.coalesce(*names, pl.lit(None, pl.String)).alias("codec")


def _split(feed: Feed, messages: pl.DataFrame) -> pl.DataFrame:
    """The records of messages that no codec is sure of, found one by one."""
    unsure = messages.drop("codec")
    records = [
        (place, *record)
        for place, payload in enumerate(unsure["payload"].to_list())
        for record in _records(feed, payload)
    ]
    types = bronze_table(feed).schema
    names = ("kind", "payload", "codec", "header", "record_index")
    split = pl.DataFrame(records, {"place": pl.Int64()} | {name: types[name] for name in names}, orient="row")
    return unsure.drop("payload")[split["place"]].hstack(split.drop("place"))


def _records(
    feed: Feed, payload: bytes | None
) -> list[tuple[str, bytes | None, str | None, str | None, int]]:
    """Kind, payload, codec, header and index of each record; a message without a value is a tombstone."""
    if payload is None:
        return [(TOMBSTONE, None, None, None, 0)]
    codec = detect(feed.codecs, payload)
    return [
        (record.kind, record.payload, codec.name, record.header, index)
        for index, record in enumerate(codec.split(payload))
    ]
