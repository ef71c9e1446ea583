"""Waiting: lands all that waits for a feed, in its folder and in its Kafka topic, within one run's budget."""

from dataclasses import dataclass

from advertisex_assets.bronze.files import FileLander, FileReceipt
from advertisex_assets.bronze.kafka.landing import Budget, KafkaReceipt, land_kafka
from resources.dagster_world import World
from resources.kafka import Kafka, Part, UnknownTopicError
from resources.landing import waiting_files
from resources.run import Run
from schemas.feed import Feed

EVERYTHING = Part()


@dataclass(frozen=True)
class Landed:
    """What one landing run brought."""

    files: tuple[FileReceipt, ...]
    messages: KafkaReceipt | None

    @property
    def rows(self) -> int:
        """Bronze rows written."""
        return sum(receipt.landed for receipt in self.files) + (self.messages.records if self.messages else 0)


def land_waiting(world: World, feed: Feed, run: Run, part: Part = EVERYTHING) -> Landed:
    """Lands the feed's waiting files and messages; a topic that nobody has created yet has none.

    Of several runs side by side each has its part of the partitions, and the first one the files.
    """
    files = _land_folder(world, feed, run) if part.number == 0 else []
    return Landed(tuple(files), _land_topic(world, feed, run, part))


def _land_folder(world: World, feed: Feed, run: Run) -> list[FileReceipt]:
    settings = world.settings
    if settings.landing is None:
        return []
    lake = world.lake()
    waiting = waiting_files(lake, feed.name, settings.landing, run.clock(), settings.settle_seconds)
    if not waiting:
        return []
    lander = FileLander(lake, feed, run, world.schemas())
    return [lander.land(file) for file in waiting]


def _land_topic(world: World, feed: Feed, run: Run, part: Part) -> KafkaReceipt | None:
    settings = world.settings
    if settings.kafka_bootstrap_servers is None:
        return None
    budget = Budget(settings.kafka_batch_rows, commit_bytes=settings.kafka_batch_bytes)
    try:
        kafka = Kafka.from_settings(settings)
        return land_kafka(world.lake(), feed, kafka, budget, run, world.schemas(), part)
    except UnknownTopicError:
        return None
