"""Waiting: lands all that waits for a feed, from its landing folder and from its Kafka topic, within one run's budget."""

from dataclasses import dataclass

from advertisex_assets.bronze.files import FileReceipt, land_file
from resources.landing import waiting_files
from resources.run import Run
from resources.world import World
from schemas.feed import Feed


@dataclass(frozen=True)
class Landed:
    """What one landing run brought."""

    files: tuple[FileReceipt, ...]

    @property
    def rows(self) -> int:
        """Bronze rows written."""
        return sum(receipt.landed for receipt in self.files)


def land_waiting(world: World, feed: Feed, run: Run) -> Landed:
    """Lands the feed's waiting files and messages."""
    return Landed(tuple(_land_folder(world, feed, run)))


def _land_folder(world: World, feed: Feed, run: Run) -> list[FileReceipt]:
    settings = world.settings
    if settings.landing is None:
        return []
    lake = world.lake()
    waiting = waiting_files(lake, feed.name, settings.landing, run.clock(), settings.settle_seconds)
    return [land_file(lake, feed, file, run, world.schemas()) for file in waiting]
