"""The stream carries the same records as the files, in the order in which they arrive."""

from collections import Counter
from itertools import pairwise

import polars as pl
import pytest

from resources.sample_traffic import Message, TrafficConfig, messages
from resources.sample_traffic.kafka_sink import produce
from resources.sample_traffic.messages import avro_schemas
from tests.sample_traffic.conftest import WrittenRun


@pytest.fixture(scope="module")
def stream(run: WrittenRun) -> list[Message]:
    """The messages of the session's run."""
    return list(messages(run.config))


def test_the_stream_has_the_fates_of_the_files(run: WrittenRun, stream: list[Message]) -> None:
    same = run.records.filter((pl.col("outcome") != "excluded") & (pl.col("kind") == "record"))
    fates = Counter(
        (feed, outcome, tuple(codes))
        for feed, outcome, codes in same.select("feed", "outcome", "codes").iter_rows()
    )
    assert Counter((m.feed, m.outcome, m.codes) for m in stream if m.value is not None) == fates


def test_messages_come_in_order_of_arrival_within_and_across_feeds(stream: list[Message]) -> None:
    assert all(a.delivered_at_us <= b.delivered_at_us for a, b in pairwise(stream))
    assert {m.topic for m in stream} == {"ad-impressions", "clicks-conversions", "bid-requests"}


def test_copies_share_the_key_of_their_original_so_that_they_keep_their_order(
    stream: list[Message],
) -> None:
    keys = {m.event_id: m.key for m in stream if m.outcome == "accepted" and m.event_id}
    copies = [m for m in stream if m.outcome in ("duplicate", "conflict") and m.event_id]
    assert all(m.key == keys[m.event_id or ""] for m in copies)
    assert all(m.key for m in stream)


def test_tombstones_have_a_key_and_no_value(stream: list[Message]) -> None:
    tombstones = [m for m in stream if m.value is None]
    assert tombstones
    assert {(m.outcome, m.codes) for m in tombstones} == {("excluded", ("tombstone",))}


def test_registered_schemas_are_framed_as_confluent_does(run: WrittenRun) -> None:
    ids = {name: 100 + i for i, name in enumerate(avro_schemas())}
    framed = Counter(
        int.from_bytes(m.value[1:5], "big")
        for m in messages(run.config, ids)
        if m.value and m.value[:1] == b"\0"
    )
    assert set(framed) == set(ids.values())


def test_producing_acknowledges_every_message(drawn_seed: int) -> None:
    traffic = messages(TrafficConfig(seed=drawn_seed, events=1_000, days=1))
    sent = list(traffic)
    # librdkafka's own mock cluster takes the place of the brokers named.
    assert produce(sent, "127.0.0.1:1", settings={"test.mock.num.brokers": "1"}) == len(sent)
