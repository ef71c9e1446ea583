"""The shortcuts that landing takes over many messages give what the slow way gives, message by message."""

import dataclasses

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advertisex_assets.bronze.kafka.rows import RECORD_COLUMNS, rows_of
from schemas.codecs import Codec, Record, detect
from schemas.codecs.batches import Batched, peek
from schemas.codecs.schema_source import NO_SCHEMAS
from schemas.discover import all_feeds
from schemas.feed import Feed
from tests.streaming.setting import impression, messages_frame
from tests.streaming.strategies import MESSAGES

each_feed = pytest.mark.parametrize("feed", all_feeds(), ids=lambda feed: feed.name)


class Slow:
    """A codec without its shortcuts."""

    def __init__(self, codec: Codec) -> None:
        self.name, self.sniff, self.split, self.decode = codec.name, codec.sniff, codec.split, codec.decode


@each_feed
@given(messages=st.lists(MESSAGES, min_size=1, max_size=8))
@settings(deadline=None)
def test_one_record_is_what_split_finds(feed: Feed, messages: list[bytes]) -> None:
    series = pl.Series(messages, dtype=pl.Binary)
    for codec in feed.codecs:
        assert isinstance(codec, Batched) or codec.name == "avro"
        if isinstance(codec, Batched):
            for message in series.filter(codec.is_one_record(series).fill_null(False)):
                assert detect(feed.codecs, message) == codec
                assert codec.split(message) == [Record(message)]


@each_feed
@given(messages=st.lists(st.none() | MESSAGES, max_size=8))
@settings(deadline=None)
def test_rows_are_the_records_of_each_message_in_order(feed: Feed, messages: list[bytes | None]) -> None:
    slow = dataclasses.replace(feed, codecs=tuple(Slow(codec) for codec in feed.codecs))
    frame = messages_frame(messages)
    together = rows_of(feed, frame, "kafka:x")
    alone = [rows_of(slow, frame[place], "kafka:x") for place in range(len(messages))]
    assert together.equals(pl.concat([together.clear(), *alone]))
    assert together.columns == list(RECORD_COLUMNS)


@each_feed
@given(messages=st.lists(MESSAGES, min_size=1, max_size=8))
@settings(deadline=None)
def test_a_peek_shows_what_the_decoder_reads(feed: Feed, messages: list[bytes]) -> None:
    paths = feed.time_column.sources
    for codec in feed.codecs:
        records = [record for message in messages for record in codec.split(message)]
        payloads = pl.Series([record.payload for record in records], dtype=pl.Binary)
        headers = pl.Series([record.header for record in records], dtype=pl.String)
        peeked = peek(codec, payloads, headers, paths, NO_SCHEMAS)
        decoded = codec.decode(payloads, headers, paths)
        readable = decoded["decode_error"].is_null()
        assert peeked.filter(readable).select(paths).equals(decoded.filter(readable).select(paths))
        assert peeked.filter(readable)["decode_error"].is_null().all()


def test_what_senders_mostly_send_takes_the_shortcut() -> None:
    """Without this the tests above could pass with shortcuts that are never taken."""
    usual = {
        "json": impression(1),
        "csv": b"2026-03-01T00:00:00Z,u-1,c-1,click",
        "avro_confluent": b"\0\0\0\0\1x",
        "avro_single_object": b"\xc3\x01" + b"12345678x",
    }
    taken = {
        codec.name: codec.is_one_record(pl.Series([usual[codec.name]]))[0]
        for feed in all_feeds()
        for codec in feed.codecs
        if isinstance(codec, Batched)
    }
    assert taken == dict.fromkeys(usual, True)
