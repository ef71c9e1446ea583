"""One measured run: `python -m benchmarks.silver.process JSON` does the work and prints what it cost as JSON."""

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import PIPE, run
from typing import Any

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Cost:
    """Rows done, CPU seconds of the process, wall seconds, peak resident megabytes."""

    rows: int
    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float

    @property
    def cpu_per_million(self) -> float:
        """CPU seconds per million rows."""
        return self.cpu_seconds / self.rows * 1e6


def measured(work: str, **arguments: Any) -> Cost:
    """Runs a piece of WORK in a fresh process; CalledProcessError if it fails."""
    command = [sys.executable, "-m", __name__, json.dumps({"work": work, **arguments})]
    done = run(command, check=True, stdout=PIPE, text=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Imports, warms what every long-lived process has warm, and measures."""
    from benchmarks.silver.works import WORKS

    arguments = json.loads(sys.argv[1])
    prepare = WORKS[arguments.pop("work")]
    work = prepare(**arguments)
    cpu, wall = _cpu_seconds(), time.monotonic()
    rows = work()
    cost = Cost(rows, _cpu_seconds() - cpu, time.monotonic() - wall, _peak_megabytes())
    print(json.dumps(asdict(cost)))


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_megabytes() -> float:
    """VmHWM: unlike `ru_maxrss` it does not begin with the parent's peak."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    return 0.0


if __name__ == "__main__":
    main()
