"""A process that keeps a lake up again and again until a file appears: `python -m tests.upkeep.keeping FOLDER STOP`."""

import sys
from pathlib import Path

from resources.lake import Lake
from tests.upkeep.busy import upkeep


def main() -> None:
    """Prints how many merges it did and how many races it lost."""
    folder, stop = sys.argv[1], Path(sys.argv[2])
    merged = lost = 0
    while not stop.exists():
        done = upkeep(Lake(folder))
        merged += sum(one.merged_bytes > 0 for one in done)
        lost += sum(one.lost_races for one in done)
    print(merged, lost)


if __name__ == "__main__":
    main()
