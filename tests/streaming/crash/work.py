"""What a worker does: everything from Kafka and files to gold, as the assets do it, in one process."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

from advertisex_assets.bronze.files import FileLander
from advertisex_assets.bronze.kafka import Budget, land_kafka
from advertisex_assets.gold.day_status import refresh_day_status
from advertisex_assets.gold.marts import MARTS
from advertisex_assets.gold.publish import accept_restatements, finalise_due
from advertisex_assets.gold.refresh import refresh_gold
from advertisex_assets.gold.sources import Sources
from advertisex_assets.silver.catch_up import catch_up
from advertisex_assets.silver.inputs import silver_inputs
from advertisex_assets.silver.invalid_traffic import refresh_invalid_traffic
from advertisex_assets.silver.invalid_traffic_asset import limits
from resources.kafka import Kafka
from resources.lake import Lake
from resources.landing import waiting_files
from resources.run import Run, utc_now
from schemas.feed import Feed
from schemas.feeds.clicks_conversions import FEED as CLICKS_CONVERSIONS
from schemas.feeds.impressions import FEED as IMPRESSIONS
from schemas.tables.gold import DAY_STATUS, PUBLISHED, RESTATEMENTS
from schemas.tables.silver import DUPLICATES, INVALID_TRAFFIC, QUARANTINE, silver_tables
from tests.journeys.world import leading_to

COMMIT_ROWS = 12
"""Several commits per run."""

ANSWER_SECONDS = 20.0
"""Longer than a broker needs to come back."""


BRONZE, SILVER, GOLD = "bronze", "silver", "gold"


@dataclasses.dataclass(frozen=True)
class Setting:
    """Where a worker works; `topics` by feed."""

    folder: str
    bootstrap_servers: str
    topics: dict[str, str]

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
    def landing(self) -> Path:
        """The landing folder, with one folder per feed."""
        return Path(self.folder) / "landing"

    @property
    def dagster(self) -> Path:
        """The folder of Dagster's database, and of the sensors' cursors."""
        return Path(self.folder) / "dagster"

    @property
    def feeds(self) -> list[Feed]:
        """Impressions and actions on their topics."""
        declared = (IMPRESSIONS, CLICKS_CONVERSIONS)
        return [dataclasses.replace(feed, topic=self.topics[feed.name]) for feed in declared]


def every_step() -> set[str]:
    """The steps that any worker must come to: whatever is committed, and what lies between."""
    silver = [QUARANTINE, DUPLICATES, *silver_tables(IMPRESSIONS), *silver_tables(CLICKS_CONVERSIONS)]
    return {
        *(f"bronze:{name}" for name in ("append", "files", "originals")),
        *(f"bronze:kafka:{name}" for name in ("read", "append", "appended", "expired")),
        *(f"silver:{how}:{table.name}" for table in silver for how in ("append", "replace")),
        "silver:ledger",
        f"silver:replace:{INVALID_TRAFFIC.name}",
        *(f"gold:replace:{mart.name}" for mart in MARTS),
        f"gold:append:{PUBLISHED.name}",
        f"gold:replace:{DAY_STATUS.name}",
    }


@dataclasses.dataclass(frozen=True)
class Reach:
    """How far a worker works: to bronze, to silver, to some marts, or (by default) to the end."""

    layer: str = GOLD
    marts: tuple[str, ...] | None = None

    @classmethod
    def to(cls, *steps: str) -> "Reach":
        """As far as those steps need: a worker that is to die early need not be able to do more."""
        layers = {step.split(":")[0] for step in steps}
        if not layers <= {BRONZE, SILVER, GOLD}:
            return cls()
        if GOLD not in layers:
            return cls(SILVER if SILVER in layers else BRONZE)
        names = {step.split(":")[-1] for step in steps if step.startswith(GOLD)}
        marts = {mart.name for mart in MARTS}
        return cls(GOLD, tuple(mart.name for mart in leading_to(*names))) if names <= marts else cls()


EVERYTHING = Reach()


def work(setting: Setting, step: Callable[[str], None], reach: Reach = EVERYTHING) -> None:
    """Lands all that waits and refreshes silver and gold, as far as it reaches."""
    lake, run = setting.lake, Run("crash", step=step)
    kafka = Kafka({"bootstrap.servers": setting.bootstrap_servers}, "crash", ANSWER_SECONDS)
    for feed in setting.feeds:
        land_kafka(lake, feed, kafka, Budget(run_rows=10_000, commit_rows=COMMIT_ROWS), run)
        lander = FileLander(lake, feed, run)
        for file in waiting_files(lake, feed.name, str(setting.landing), utc_now(), settle_seconds=0):
            lander.land(file)
    if reach.layer == BRONZE:
        return
    for feed in setting.feeds:
        catch_up(lake, feed, silver_inputs(lake), run)
    refresh_invalid_traffic(lake, run, limits())
    if reach.layer == SILVER:
        return
    refresh_gold(lake, run, marts=[mart for mart in MARTS if reach.marts is None or mart.name in reach.marts])
    if reach.marts is None:
        publish(lake, run)


def publish(lake: Lake, run: Run) -> None:
    """All days published as they now are, and their status."""
    finalise_due(lake, run, after_days=3)
    restated = Sources(lake)[RESTATEMENTS.full_name].opened.scan().select("event_date").unique().collect()
    accept_restatements(lake, run, restated["event_date"].to_list())
    refresh_day_status(lake, run)
