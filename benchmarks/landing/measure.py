"""What one process cost: `python -m benchmarks.landing.limit ...` and `... .ours ...` print one JSON line each."""

import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Cost:
    """Messages and payload bytes taken, CPU seconds of the whole process, wall seconds, and peak memory."""

    messages: int
    payload_bytes: int
    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float


def report(work: Callable[[], tuple[int, int]]) -> None:
    """Runs the work, which returns messages and payload bytes, and prints what it cost; imports are not counted."""
    cpu, wall = _cpu_seconds(), time.monotonic()
    messages, payload_bytes = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(asdict(Cost(messages, payload_bytes, _cpu_seconds() - cpu, time.monotonic() - wall, peak)))
    )


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
