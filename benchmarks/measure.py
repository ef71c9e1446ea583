"""What work cost: CPU seconds, wall seconds and peak memory of this process and all that it started."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Cost:
    """CPU seconds and wall seconds of the work, and the peak memory of its processes until its end."""

    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float


def cost_of(work: Callable[[], object]) -> Cost:
    """Runs the work and says what it cost; what the processes did before is not counted, but for their memory.

    Processes that the work starts must still be there when it ends: the system forgets what ended ones held.
    """
    cpu, wall = _cpu_seconds(), time.monotonic()
    work()
    return Cost(_cpu_seconds() - cpu, time.monotonic() - wall, _peak_megabytes())


def _family() -> list[psutil.Process]:
    me = psutil.Process()
    return [me, *me.children(recursive=True)]


def _cpu_seconds() -> float:
    times = [process.cpu_times() for process in _family()]
    # Of this process also what its ended children used: `children_*` covers no living ones.
    return sum(time.user + time.system for time in times) + times[0].children_user + times[0].children_system


def _peak_megabytes() -> float:
    return sum(_high_water_kilobytes(process.pid) for process in _family()) / 1024


def _high_water_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    # A process that has just ended has none.
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
