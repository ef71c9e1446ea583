"""Produce: files as Kafka messages, record by record: each can be read by itself, and says which record it is.

Safe to repeat: it goes on after what the brokers acknowledged, and what is sent twice all the same is a `repeat` in
bronze (see `repeats`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from advertisex_assets.bronze.arrival import Arrival
from advertisex_assets.bronze.cut import Batch, batches
from advertisex_assets.bronze.files import record_rows
from advertisex_assets.bronze.kafka.sent import Sent
from advertisex_assets.transforms.decode import decode
from resources.files import SourceFile
from resources.kafka import Kafka, Sender
from resources.kafka.headers import RECORD_ID
from resources.lake import Lake
from resources.run import Run
from schemas.codecs import RECORD, Record
from schemas.codecs.alone import messages_of
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource, WhenDownUnknown
from schemas.feed import Feed
from schemas.rules import text_column

SAVE_SECONDS = 10.0
"""How much work a crash repeats at most; each save waits for the brokers and is a commit."""

USER_ID = "user_id"
"""The column whose value is the key: one user's events stay in one partition, in order."""


@dataclass(frozen=True)
class ProduceReceipt:
    """What producing one file did, in records; `unreadable` parts of the file are no records and were not sent."""

    feed: str
    path: str
    sent: int = 0
    sent_before: int = 0
    unreadable: int = 0


class FileProducer:
    """Produces files of one feed, one after another. Use one for all of them: what was sent is saved now and then."""

    def __init__(
        self,
        lake: Lake,
        feed: Feed,
        kafka: Kafka,
        sender: Sender,
        run: Run,
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> None:
        self._feed, self._sender, self._run, self._schemas = feed, sender, run, schemas
        self._sent = Sent(lake, feed, kafka.describe(feed.topic), run)
        self._saved_at = time.monotonic()

    def produce(
        self, file: SourceFile, again: bool = False, told: Callable[[int], None] = lambda records: None
    ) -> ProduceReceipt:
        """Sends the records of a file that were not sent yet (with `again`, all); `told` hears how many, now and then.

        Nothing is certain before `finish`.
        """
        sha256 = file.sha256()
        done = 0 if again else self._sent.records(sha256)
        receipt = ProduceReceipt(self._feed.name, file.path, sent_before=done)
        for batch in batches(self._feed, file):
            whole = sum(record.kind == RECORD for record in batch.records)
            receipt = replace(receipt, unreadable=receipt.unreadable + len(batch.records) - whole)
            sent = self._send(file, sha256, batch, max(0, done - batch.first), told)
            receipt = replace(receipt, sent=receipt.sent + sent)
        return receipt

    def finish(self) -> None:
        """Returns when the brokers have everything and it is known that they do."""
        self._sender.flush()
        self._sent.save()
        self._saved_at = time.monotonic()

    def _send(
        self, file: SourceFile, sha256: str, batch: Batch, skipped: int, told: Callable[[int], None]
    ) -> int:
        """Sends the batch without its first records; returns how many messages that made."""
        records = batch.records[skipped:]
        values, keys = messages_of(batch.codec, records), self._keys(batch, skipped)
        first, sent = batch.first + skipped, 0
        for place, record in enumerate(records, batch.first + skipped):
            if time.monotonic() - self._saved_at > SAVE_SECONDS:
                self._sent.note(file, sha256, first, place)
                self.finish()
                told(sent)
                first = place
            if record.kind == RECORD:
                at = place - batch.first - skipped
                self._sender.send(keys[at], values[at], {RECORD_ID: record_id_of(sha256, record)})
                sent += 1
        self._sent.note(file, sha256, first, batch.first + len(batch.records))
        told(sent)
        return sent

    def _keys(self, batch: Batch, skipped: int) -> list[bytes | None]:
        """The user of each record, as its sender writes it; none where there is no user."""
        places = list(range(skipped, len(batch.records)))
        columns = tuple(column for column in self._feed.columns if column.name == USER_ID)
        if not columns or not places:
            return [None] * len(places)
        arrival = Arrival(SourceFile("", 0, self._run.clock()), "", "", 0)
        rows = record_rows(self._feed, arrival, batch, places, self._run)
        users = decode(self._feed, rows, WhenDownUnknown(self._schemas), columns)[text_column(USER_ID)]
        return users.cast(pl.Binary).to_list()


def record_id_of(sha256: str, record: Record) -> str:
    """What names the record for ever: digits are padded, so that ids sort as their records stand in the file."""
    index = f":{record.record_index}" if record.record_index else ""
    return f"{sha256}:{record.position:015d}{index}"
