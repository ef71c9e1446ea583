"""Scene: where the demo's things are, and which traffic it shows."""

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from resources.lake import Lake
from resources.sample_traffic import TrafficConfig

HISTORY_DAYS = 7
"""A week that comes as files: enough for journeys from impression to conversion."""

HISTORY_EVENTS = 20_000
STREAM_EVENTS = 10_000
"""What comes through Kafka: half a minute at the demo's pace."""

STREAM_SEED = 2
"""Another than the history's: ids must not meet, since requests without a time all happen today."""

STREAM_PER_SECOND = 400
"""Fast enough to see it move, slow enough for the embedded Kafka's 5 MB per partition."""

DAGSTER_CONFIG = """\
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  enabled: false
run_launcher:
  module: resources.launcher.forking
  class: ForkingRunLauncher
storage:
  custom:
    module: resources.dagster_sqlite
    class: KeptSqliteStorage
    config:
      base_dir:
        env: DAGSTER_HOME
sensors:
  use_threads: true
  num_workers: 4
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config:
    dequeue_interval_seconds: 1
"""
"""For micro-batches on one machine: runs are forked instead of started and looked for every second, files are kept
open, and no sensor waits for the others."""


@dataclass(frozen=True)
class Scene:
    """The demo's folder and traffic; `today` decides the dates, so that the UI shows recent ones."""

    folder: Path
    today: date

    @property
    def lake(self) -> Lake:
        """The demo's own lake."""
        return Lake(str(self.folder / "lake"))

    @property
    def traffic(self) -> Path:
        """The generated files, with the truth about them; also the landing folder."""
        return self.folder / "traffic"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own state."""
        return self.folder / "dagster_home"

    @property
    def history(self) -> TrafficConfig:
        """What comes as files: a week, over before the stream begins."""
        start = self.today - timedelta(days=HISTORY_DAYS + 3)
        return TrafficConfig(events=HISTORY_EVENTS, days=HISTORY_DAYS, start=start)

    @property
    def stream(self) -> TrafficConfig:
        """What comes through Kafka: all of yesterday, beyond the dedupe window of the history."""
        return TrafficConfig(
            seed=STREAM_SEED, events=STREAM_EVENTS, days=1, start=self.today - timedelta(days=1)
        )

    def clear(self) -> None:
        """Starts from nothing."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.dagster_home.mkdir(parents=True)
        (self.dagster_home / "dagster.yaml").write_text(DAGSTER_CONFIG)
