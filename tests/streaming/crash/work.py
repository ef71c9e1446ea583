"""What a worker does: everything from Kafka and files to gold, as the assets do it, in one process."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.bronze.kafka import Budget, land_kafka
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import silver_inputs
from resources.kafka import Kafka
from resources.lake import Lake
from resources.landing import waiting_files
from resources.run import Run, utc_now
from schemas.feed import Feed
from schemas.feeds.impressions import FEED as IMPRESSIONS

COMMIT_ROWS = 25
"""Several commits per run."""


@dataclasses.dataclass(frozen=True)
class Setting:
    """Where a worker works."""

    folder: str
    bootstrap_servers: str
    topic: str

    @classmethod
    def from_json(cls, text: str) -> "Setting":
        """The setting that `as_json` wrote."""
        return cls(**json.loads(text))

    @property
    def as_json(self) -> str:
        """The setting as a command line argument."""
        return json.dumps(dataclasses.asdict(self))

    @property
    def lake(self) -> Lake:
        """The lake."""
        return Lake(f"{self.folder}/lake")

    @property
    def files(self) -> Path:
        """The folder of files to land."""
        return self.landing / IMPRESSIONS.name

    @property
    def landing(self) -> Path:
        """The landing folder, with one folder per feed."""
        return Path(self.folder) / "landing"

    @property
    def feed(self) -> Feed:
        """Impressions on the topic."""
        return dataclasses.replace(IMPRESSIONS, topic=self.topic)


def work(setting: Setting, step: Callable[[str], None]) -> int:
    """Lands all that waits and refreshes silver and gold; returns how many races landing lost."""
    lake, feed, run = setting.lake, setting.feed, Run("crash", step=step)
    kafka = Kafka({"bootstrap.servers": setting.bootstrap_servers}, "crash")
    receipt = land_kafka(lake, feed, kafka, Budget(run_rows=10_000, commit_rows=COMMIT_ROWS), run)
    lander = FileLander(lake, feed, run)
    for file in waiting_files(lake, feed.name, str(setting.landing), utc_now(), settle_seconds=0):
        lander.land(file)
    catch_up(lake, feed, silver_inputs(lake), run)
    refresh_gold(lake, run)
    return receipt.conflicts
