"""What is produced in a round, and how each payload of it must end."""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import TopicPartition

from tests.streaming.setting import SECONDS, Stream

ROUND_IMPRESSIONS, ROUND_IN_A_FILE = 30, 5
ACTIONS = ("click", "click", "purchase", "purchase", "visit")
PRICE_CENTS, REFUND_CENTS = 250, 75

EARLY_MS = 1_700_000_000_000
"""Long before any worker's time."""

DAY = "2026-02-28"
NOBODY = "nobody"
"""No conversion has this name: who refunds it is told so in `gold.adjustments_left_out`."""

DOOMED = 1
"""The partition whose messages the broker deletes before anyone reads them."""


@dataclass
class Produced:
    """The truth about one feed: payloads by how they must end; `expired` counts those deleted unread."""

    valid: list[bytes] = field(default_factory=list)
    duplicates: list[bytes] = field(default_factory=list)
    broken: list[bytes] = field(default_factory=list)
    expired: int = 0

    @property
    def received(self) -> list[bytes]:
        """All payloads that bronze must hold."""
        return self.valid + self.duplicates + self.broken


class Traffic:
    """Makes rounds of impressions (Kafka and files) and actions (Kafka), and remembers what it made."""

    def __init__(self, impressions: Stream, actions: Stream, files: Path, chance: random.Random) -> None:
        self._impressions, self._actions, self._files, self._chance = impressions, actions, files, chance
        self._rounds = 0
        self.impressions, self.actions = Produced(), Produced()
        files.mkdir(parents=True)
        # The mark of a partition begins with its first landing: only what is deleted later has expired.
        self._keep(self.impressions, [_impression("first", 0)], [], [])
        self._impressions.produce(self.impressions.valid, DOOMED)

    def produce(self, earlier: bool) -> None:
        """One round: valid records, some sent twice, some broken; `earlier` ones win over a stored row."""
        self._rounds += 1
        number = self._rounds
        shown = [_impression(f"{number}-{place}", number) for place in range(ROUND_IMPRESSIONS + ROUND_IN_A_FILE)]
        acted = [_action(f"{number}-{place}", number, action) for place, action in enumerate(ACTIONS)]
        acted += [_refund(number, f"{number}-{ACTIONS.index('purchase')}"), _refund(number, NOBODY)]
        sent, filed = shown[:ROUND_IMPRESSIONS], shown[ROUND_IMPRESSIONS:]
        broken = [b'{"impression_id": "broken-%d"' % number, b'{"impression_id": "incomplete-%d"}' % number]
        wrong = [b"never,u-%d,c-1,click,broken-%d" % (number, number)]
        self._impressions.produce([*sent, sent[0], broken[0]])
        (self._files / f"{number}.json").write_bytes(b"\n".join([*filed, sent[1], broken[1]]))
        self._actions.produce([*acted, acted[0], *wrong])
        again = self._again(self._impressions, self.impressions.valid) if earlier else []
        acted_again = self._again(self._actions, self.actions.valid or acted) if earlier else []
        self._keep(self.impressions, shown, [*sent[:2], *again], broken)
        self._keep(self.actions, acted, [acted[0], *acted_again], wrong)

    def doom(self) -> None:
        """Messages that nobody can land: the broker deletes them first."""
        self._impressions.produce([_impression("doomed", 0)] * 3, DOOMED)
        before = self._impressions.kafka.describe(self._impressions.topic)
        where = TopicPartition(self._impressions.topic, DOOMED, before.partitions[DOOMED].stable)
        admin = self._impressions.broker.admin()
        admin.delete_records([where])[where].result(SECONDS)
        self.impressions.expired += 3

    def _again(self, stream: Stream, valid: list[bytes]) -> list[bytes]:
        """An old record with an earlier broker time: it wins over the stored row, whose date is rebuilt."""
        again = [self._chance.choice(valid)]
        stream.produce(again, timestamp=EARLY_MS - self._rounds)
        return again

    @staticmethod
    def _keep(truth: Produced, valid: list[bytes], duplicates: list[bytes], broken: list[bytes]) -> None:
        truth.valid += valid
        truth.duplicates += duplicates
        truth.broken += broken


def _impression(name: str, number: int) -> bytes:
    record = {
        "impression_id": f"i-{name}",
        "ad_creative_id": f"cr-{number % 3}",
        "campaign_id": f"c-{number % 3}",
        "user_id": f"u-{number}",
        "timestamp": f"{DAY}T{number % 8:02}:00:00Z",
    }
    return json.dumps(record).encode()


def _action(name: str, number: int, action: str) -> bytes:
    """timestamp, user, campaign, type, event id, impression, click, creative, revenue, currency."""
    revenue = f"{PRICE_CENTS / 100},USD" if action == "purchase" else ","
    return f"{DAY}T{8 + number % 8:02}:30:00Z,u-{number},c-{number % 3},{action},e-{name},,,,{revenue}".encode()


def _refund(number: int, of: str) -> bytes:
    """A part of a conversion's value given back, hours later."""
    values = f"refund,r-{number}-{of},,,,{REFUND_CENTS / 100},USD,e-{of}"
    return f"{DAY}T{16 + number % 8:02}:00:00Z,u-{number},c-{number % 3},{values}".encode()
