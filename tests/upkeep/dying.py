"""A process that keeps a lake up and kills itself before its n-th step: `python -m tests.upkeep.dying FOLDER N`."""

import os
import signal
import sys

from resources.lake import Lake
from tests.upkeep.busy import run_at, upkeep


def main() -> None:
    """One round of upkeep; N = -1 lives to the end. Prints the name of each step."""
    folder, fatal = sys.argv[1], int(sys.argv[2])
    reached = iter(range(10**9))

    def step(name: str) -> None:
        print(name, flush=True)
        if next(reached) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    upkeep(Lake(folder), run_at(step=step), retention_days={"ops.checks": 1})


if __name__ == "__main__":
    main()
