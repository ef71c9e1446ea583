"""A process that lands and refreshes a folder's traffic, and kills itself before its n-th commit.

`python -m tests.journeys.dying FOLDER N [LAKE]` prints the name of each step that it reaches; N = -1 lives to the end.
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.journeys.world import World

FEEDS = ("impressions", "clicks_conversions", "bid_requests")


def main() -> None:
    """Lands every feed, then refreshes silver and gold."""
    folder, fatal, lake_uri = Path(sys.argv[1]), int(sys.argv[2]), next(iter(sys.argv[3:]), None)
    reached = iter(range(10**9))

    def step(name: str) -> None:
        print(name, flush=True)
        if next(reached) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    # A clock that stands still: requests without a time of their own happen when they are received.
    world = World(folder, step, lambda: datetime(2026, 11, 1, 12, tzinfo=UTC), lake_uri)
    world.load_reference(folder / "t" / "reference")
    for feed in FEEDS:
        world.land(feed, folder / "t" / feed)
    world.refresh()


if __name__ == "__main__":
    main()
