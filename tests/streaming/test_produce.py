"""A file replayed into Kafka counts once, whatever happens to the replay; its messages are the file's records."""

import gzip
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.bronze.kafka.produce import FileProducer, ProduceReceipt
from resources.files import list_files
from resources.kafka import MessageRefusedError, Sender
from resources.lake import Lake
from resources.run import Run
from schemas.discover import feed_named
from schemas.feed import Feed
from schemas.tables.bronze import bronze_table
from tests.streaming.produced import avro, counts, land, silver
from tests.streaming.setting import Stream

pytestmark = pytest.mark.real

NewStream = Callable[[Feed], Stream]
CSV_ROWS = [f'2026-02-28T10:00:0{n % 10}Z,u-{n % 7},c-1,"sign""up",{n}.5' for n in range(300)]
CSV = "\n".join(["timestamp,user_id,ad_campaign_id,conversion_type,revenue", *CSV_ROWS]).encode()
def produce(stream: Stream, path: str, again: bool = False) -> list[ProduceReceipt]:
    with Sender(stream.kafka.client, stream.topic) as sender:
        producer = FileProducer(stream.lake, stream.feed, stream.kafka, sender, Run("test"))
        receipts = [producer.produce(file, again) for file in list_files(path)]
        producer.finish()
    return receipts


@pytest.mark.parametrize(
    ("feed", "name", "content"),
    [
        ("clicks_conversions", "actions.csv", CSV),
        ("clicks_conversions", "actions.csv.gz", gzip.compress(CSV)),
        ("bid_requests", "requests.avro", avro(300)),
    ],
    ids=["csv with a header", "gzip", "avro container"],
)
def test_what_is_produced_are_the_records_of_the_file(
    new_stream: NewStream, tmp_path: Path, feed: str, name: str, content: bytes
) -> None:
    stream, lake = new_stream(feed_named(feed)).create(partitions=3), Lake(str(tmp_path / "other"))
    (tmp_path / name).write_bytes(content)
    (receipt,) = produce(stream, str(tmp_path / name))
    assert (receipt.sent, receipt.sent_before, receipt.unreadable) == (300, 0, 0)
    land(stream)
    (file,) = list_files(str(tmp_path / name))
    FileLander(lake, stream.feed, Run("test")).land(file)
    said = ["kind", "payload", "codec", "header"]
    landed = lake.open(bronze_table(stream.feed)).scan().select(said).collect()
    assert stream.rows().select(said).sort("payload").equals(landed.sort("payload"))
    keyed = stream.rows().select("key", "partition").unique()
    assert sorted(keyed["key"].to_list()) == [b"u-%d" % n for n in range(7)], "a user is in one partition"


def test_a_folder_produced_twice_counts_once_and_sends_once(new_stream: NewStream, tmp_path: Path) -> None:
    stream = new_stream(feed_named("bid_requests")).create(partitions=2)
    (tmp_path / "in").mkdir()
    content = avro(200)
    (tmp_path / "in" / "a.avro").write_bytes(content)
    (tmp_path / "in" / "copy of a.avro").write_bytes(content)
    (tmp_path / "in" / "b.json").write_bytes(b'{"auction_id": "json"}\n[{"auction_id": "json 2"}]')
    assert [receipt.sent for receipt in produce(stream, str(tmp_path / "in"))] == [200, 2, 0]
    assert [receipt.sent_before for receipt in produce(stream, str(tmp_path / "in"))] == [200, 2, 200]
    land(stream)
    assert (counts(stream)["received"], silver(stream)) == (202, 202)


def test_what_was_sent_twice_all_the_same_is_excluded(new_stream: NewStream, tmp_path: Path) -> None:
    """Twice in one landing and once in a later one; the records have neither an id nor a time."""
    stream = new_stream(feed_named("bid_requests")).create(partitions=2)
    (tmp_path / "a.avro").write_bytes(avro(200))
    for _ in range(2):
        produce(stream, str(tmp_path / "a.avro"), again=True)
    land(stream)
    produce(stream, str(tmp_path / "a.avro"), again=True)
    land(stream)
    found = counts(stream)
    assert (found["received"], found["excluded"], found["accepted"], silver(stream)) == (600, 400, 200, 200)


def test_refused_records_are_quarantined_once(new_stream: NewStream, tmp_path: Path) -> None:
    stream = new_stream(feed_named("clicks_conversions")).create()
    (tmp_path / "a.csv").write_bytes(b"timestamp,user_id,ad_campaign_id,conversion_type\nnever,u-1,c-1,click")
    for _ in range(2):
        produce(stream, str(tmp_path / "a.csv"), again=True)
        land(stream)
    found = counts(stream)
    assert (found["quarantined"], found["excluded"]) == (1, 1)


def test_two_who_produce_at_once_count_once(new_stream: NewStream, tmp_path: Path) -> None:
    stream = new_stream(feed_named("bid_requests")).create(partitions=2)
    (tmp_path / "a.avro").write_bytes(avro(500))
    racers = [threading.Thread(target=produce, args=(stream, str(tmp_path / "a.avro"))) for _ in range(2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    land(stream)
    counts(stream)
    assert silver(stream) == 500


def test_a_record_id_hides_no_other_record(stream: Stream) -> None:
    """Other senders may use the header as they like: only the same bytes are a repeat."""
    stream.create()
    headers = [("record-id", b"%064d:%015d" % (7, 7))]
    stream.produce([b'{"a": 1}', b'{"a": 2}', b'{"a": 1}'], headers=headers)
    stream.produce([b'{"a": 3}', b'{"a": 3}'], headers=[("record-id", b"7")])
    land(stream)
    assert stream.rows()["kind"].to_list() == ["record", "record", "repeat", "record", "record"]


def test_a_message_that_the_topic_refuses_is_an_error_with_its_size(new_stream: NewStream, tmp_path: Path) -> None:
    stream = new_stream(feed_named("bid_requests")).create(configs={"max.message.bytes": "1000"})
    noise = os.urandom(50_000).hex()
    (tmp_path / "a.json").write_text(json.dumps({"auction_id": noise}))
    with pytest.raises(MessageRefusedError, match=r"100,\d{3} bytes"):
        produce(stream, str(tmp_path / "a.json"))
