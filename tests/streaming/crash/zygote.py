"""A process that has imported everything and forks a worker per order: a kill costs no second of imports.

Orders come as lines on standard input, reports go out as lines on standard output, both JSON. It runs no thread and
opens no client itself, so that forking is safe.
"""

import json
import os
import select
import signal
import sys
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import NoReturn

import psutil

from resources.lake import CommitConflictError
from tests.streaming.crash.dagster_work import dagster_work
from tests.streaming.crash.work import Reach, Setting, work

GLANCE_SECONDS = 0.01

MID_READ = "bronze:kafka:read"
"""A batch was read, and more of the slices is to come."""

CONFLICT = "!conflict"


@dataclass(frozen=True)
class Order:
    """One worker: killed at the `occurrence`th time it comes to `kill_at`, or after some seconds, or not at all.

    `blow` (pid, signal) strikes another process when the worker has read something for the first time.
    """

    number: int
    kill_at: str | None = None
    occurrence: int = 1
    kill_after_seconds: float | None = None
    through_dagster: bool = False
    reach: Reach = field(default_factory=Reach)
    blow: tuple[int, int] | None = None

    @classmethod
    def from_json(cls, line: bytes) -> "Order":
        """The order that `asdict` and JSON made a line of."""
        values = json.loads(line)
        return cls(**values | {"reach": Reach(**values["reach"])})


@dataclass(frozen=True)
class Report:
    """How a worker ended: by our SIGKILL (where, if at a step), well, or with an error; the steps it came to.

    `conflicts` are commits that lost a race.
    """

    number: int
    killed: bool
    steps: list[str]
    error: str | None
    conflicts: int


def main() -> None:
    """Forks and reaps until standard input ends and the last worker is gone."""
    setting = Setting.from_json(sys.argv[1])
    running: dict[int, tuple[Order, float | None, int]] = {}
    waiting = True
    orders = os.fdopen(0, "rb", buffering=0)  # a line that waits in a buffer is not seen by select
    while waiting or running:
        if waiting and select.select([orders], [], [], GLANCE_SECONDS)[0]:
            line = orders.readline()
            waiting = bool(line)
            if line:
                pid, order, diary = _fork(setting, Order.from_json(line))
                deadline = (
                    None if order.kill_after_seconds is None else time.monotonic() + order.kill_after_seconds
                )
                running[pid] = (order, deadline, diary)
        for pid, (order, deadline, diary) in list(running.items()):
            if deadline is not None and time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del running[pid]
                print(json.dumps(asdict(_report(order, diary, status))), flush=True)
        time.sleep(GLANCE_SECONDS if not waiting else 0)


def _fork(setting: Setting, order: Order) -> tuple[int, Order, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _work(setting, order, writing)
    os.close(writing)
    return pid, order, reading


def _work(setting: Setting, order: Order, diary: int) -> NoReturn:
    """The worker; writes down each step before it is taken, then how it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seen: Counter[str] = Counter()

    def step(name: str) -> None:
        os.write(diary, f"{name}\n".encode())
        seen[name] += 1
        if order.blow and name == MID_READ and seen[name] == 1:
            _strike(*order.blow)
        if name == order.kill_at and seen[name] == order.occurrence:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        _tell_of_conflicts(diary)
        if order.through_dagster:
            dagster_work(setting, step)
        else:
            work(setting, step, order.reach)
    except BaseException:
        os.write(diary, ("error=" + json.dumps(traceback.format_exc()) + "\n").encode())
        os._exit(1)
    os._exit(0)


def _strike(pid: int, number: int) -> None:
    """Returns when the blow has taken effect, so that nobody mistakes a dying process for a healthy one."""
    os.kill(pid, number)
    with suppress(psutil.NoSuchProcess):
        while psutil.Process(pid).status() not in (psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE):
            time.sleep(GLANCE_SECONDS)


def _tell_of_conflicts(diary: int) -> None:
    """Every lost race is written down when it is lost: a worker may not live to count them."""
    original = CommitConflictError.__init__

    def telling(self: CommitConflictError, *arguments: object) -> None:
        os.write(diary, f"{CONFLICT}\n".encode())
        original(self, *arguments)

    CommitConflictError.__init__ = telling  # type: ignore[method-assign]


def _report(order: Order, diary: int, status: int) -> Report:
    with os.fdopen(diary) as lines:
        said = lines.read().splitlines()
    notes = dict(line.split("=", 1) for line in said if "=" in line)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    steps = [line for line in said if "=" not in line and line != CONFLICT]
    error = json.loads(notes["error"]) if "error" in notes else None
    if status and not killed and error is None:
        error = f"The worker ended with status {status}."
    return Report(order.number, killed, steps, error, said.count(CONFLICT))


if __name__ == "__main__":
    main()
