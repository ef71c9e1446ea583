"""What is produced is in bronze: every byte, once, with its coordinates, whatever a message looks like."""

import json
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from advertisex_assets.bronze.kafka import Budget
from advertisex_assets.transforms.refusals import client_of
from resources.kafka import UnknownTopicError
from resources.kafka.native.library import library
from tests.real.requirements import missing
from tests.streaming.setting import NOW, Stream, impression, payloads

pytestmark = pytest.mark.real


def test_messages_of_all_partitions_land_once_with_their_coordinates(stream: Stream) -> None:
    stream.create(partitions=3)
    for partition in range(3):
        stream.produce(payloads(100, first=100 * partition), partition)
    receipt = stream.land()
    assert (receipt.messages, receipt.records, receipt.is_caught_up) == (300, 300, True)
    assert stream.land().messages == 0
    assert stream.landed() == sorted(payloads(300))
    rows = stream.rows()
    assert rows["source"].unique().to_list() == [f"kafka:{receipt.topic_id}"]
    places = rows.group_by("partition").agg(pl.col("offset").sort()).sort("partition")
    assert places["offset"].to_list() == [list(range(100))] * 3
    assert stream.gaps() == {}


def test_rows_say_when_and_where_they_belong(stream: Stream) -> None:
    stream.create()
    stream.produce([impression(1, at="2026-02-27T23:59:59.999999Z"), b"{broken"], timestamp=1_772_323_200_123)
    stream.land()
    good, bad = stream.rows().iter_rows(named=True)
    assert good["received_at"] == datetime(2026, 3, 1, 0, 0, 0, 123_000, tzinfo=UTC)
    assert (good["event_date"], good["routed_by"]) == (date(2026, 2, 27), "event_time")
    assert (bad["event_date"], bad["routed_by"]) == (NOW.date(), "unreadable")
    assert (good["landing_date"], good["landed_at"], good["run_id"]) == (NOW.date(), NOW, "test")


def test_tombstones_and_empty_values_are_messages(stream: Stream) -> None:
    stream.create()
    stream.produce([None, b"", impression(1)], key=b"user")
    stream.land()
    rows = stream.rows()
    assert rows["kind"].to_list() == ["tombstone", "record", "record"]
    assert rows["payload"].to_list() == [None, b"", impression(1)]
    assert rows["key"].to_list() == [b"user"] * 3


def test_a_message_of_many_megabytes_lands_beside_small_ones(stream: Stream) -> None:
    stream.create()
    values = [impression(1), b'{"filler": "' + b"x" * 20_000_000 + b'"}', impression(2)]
    stream.produce(values)
    stream.land()
    assert stream.rows()["payload"].to_list() == values


def test_headers_are_kept_in_order_and_byte_for_byte(stream: Stream) -> None:
    stream.create()
    sent = [("trace", b"a"), ("trace", b"b"), ("raw", b"\xff\x00"), ("none", None), ("record-id", b"f00:12")]
    stream.produce([impression(1)], headers=sent)
    stream.produce([impression(2)])
    stream.land()
    with_headers, without = stream.rows().select("headers", "record_id", "key").iter_rows()
    kept = [
        ["trace", "a"],
        ["trace", "b"],
        ["raw", {"base64": "/wA="}],
        ["none", None],
        ["record-id", "f00:12"],
    ]
    assert json.loads(with_headers[0]) == kept
    assert with_headers[1:] == ("f00:12", None)
    assert without == (None, None, None)


def test_a_header_whose_name_is_no_text_is_kept_byte_for_byte(kcat: Path, stream: Stream) -> None:
    if library() is None:
        missing("take.so", "it is compiled by `make setup`")
    stream.create()
    stream.produce([impression(1)], headers=[("trace", b"a")])
    servers = str(stream.broker.client_config["bootstrap.servers"])
    command = [kcat, "-P", "-b", servers, "-t", stream.topic, "-p", "0", "-H", b"\xff\xfe=1"]
    subprocess.run(command, input=impression(2), check=True, timeout=60)
    stream.produce([impression(3)], headers=[("trace", b"b")])
    stream.land()
    rows = stream.rows()
    assert rows["payload"].to_list() == [impression(1), impression(2), impression(3)]
    first, odd, last = map(json.loads, rows["headers"])
    assert (first, last) == ([["trace", "a"]], [["trace", "b"]])
    assert odd == [[{"base64": "//4="}, "1"]]
    assert client_of(rows["headers"][1]) is None


def test_several_records_of_one_message_are_rows_of_one_offset(stream: Stream) -> None:
    stream.create()
    stream.produce([b"\n".join(payloads(3)), impression(3)])
    assert stream.land().records == 4
    rows = stream.rows()
    assert rows["payload"].to_list() == payloads(4)
    assert rows.select("offset", "record_index").rows() == [(0, 0), (0, 1), (0, 2), (1, 0)]
    assert stream.gaps() == {}


def test_a_run_stops_at_its_budget_and_the_next_goes_on(stream: Stream) -> None:
    stream.create(partitions=2)
    for partition in range(2):
        stream.produce(payloads(50, first=50 * partition), partition)
    receipts = [stream.land(Budget(run_rows=30, commit_rows=12)) for _ in range(4)]
    assert [receipt.messages for receipt in receipts] == [30, 30, 30, 10]
    assert [receipt.commits for receipt in receipts] == [3, 3, 3, 1]
    assert [receipt.is_caught_up for receipt in receipts] == [False, False, False, True]
    assert stream.landed() == sorted(payloads(100))


def test_large_messages_are_committed_in_pieces(stream: Stream) -> None:
    stream.create()
    values = [b'{"filler": "' + b"%07d" % number * 100_000 + b'"}' for number in range(12)]
    stream.produce(values)
    assert stream.land(Budget(run_rows=1_000, commit_bytes=2_000_000)).commits > 1
    assert stream.landed() == sorted(values)


def test_some_partitions_can_be_landed_alone(stream: Stream) -> None:
    stream.create(partitions=3)
    for partition in range(3):
        stream.produce(payloads(10, first=10 * partition), partition)
    assert stream.land(partitions={1}).messages == 10
    assert stream.landed() == sorted(payloads(10, first=10))
    assert stream.land(partitions={0, 1, 2}).messages == 20


def test_a_topic_that_is_not_there_is_named(stream: Stream) -> None:
    with pytest.raises(UnknownTopicError, match=stream.topic):
        stream.land()
