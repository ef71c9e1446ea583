"""A driver: lands and refreshes generated traffic in two parts, by Spark; a process that tests watch and kill.

`python -m tests.real.on_spark LAKE TRAFFIC URL N` prints each commit, and kills itself before the N-th (-1: never).
"""

import os
import signal
import sys
from pathlib import Path

from advertisex_assets.silver import steps
from advertisex_assets.silver.cluster import units
from resources.engine.spark import Spark
from resources.files import list_files
from resources.sample_traffic import TrafficConfig
from tests.journeys.world import World

FEEDS = ("impressions", "clicks_conversions")
TRAFFIC = TrafficConfig(seed=11, events=1_200, days=2)
"""All kinds of malformed, late and doubled records are among so many (see the generator's shares)."""


def story(world: World, traffic: Path) -> None:
    """Every second file, then the others: what is late, doubled or in conflict meets rows of before."""
    world.load_reference(traffic / "reference")
    for part in (0, 1):
        for feed in FEEDS:
            for file in list_files(str(traffic / feed))[part::2]:
                world.land(feed, Path(file.path))
        world.refresh()


def main() -> None:
    """The story on a cluster, every file of bronze a task of its own."""
    folder, traffic, url, fatal = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    steps.SMALL_ROWS, units.UNIT_ROWS = -1, 1
    reached = iter(range(10**9))

    def step(name: str) -> None:
        print(name, flush=True)
        if next(reached) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    with Spark(url) as engine:
        story(World(folder, step, engine=engine), traffic)


if __name__ == "__main__":
    main()
