"""What befalls brokers and Dagster during a campaign: killed, cut off, deleted, reset; and how it is undone."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import psutil

from tests.real.processes import Component
from tests.streaming.crash.work import Setting

BROKER_KILLED, BROKER_CUT_OFF = "broker killed while it is read", "broker cut off while it is read"
DATABASE_DELETED, CURSORS_RESET = "Dagster's database deleted", "sensor cursors reset"

SIGNALS = {BROKER_KILLED: signal.SIGKILL, BROKER_CUT_OFF: signal.SIGSTOP}
LONGEST_CUT_SECONDS = 4.0
GLANCE_SECONDS = 0.05

Result = TypeVar("Result")


class Disturbances:
    """Counts what happened; a `broker` is only given if it may be harmed."""

    def __init__(self, setting: Setting, broker: Component | None, chance: random.Random) -> None:
        self._setting, self._broker, self._chance = setting, broker, chance
        self.happened: Counter[str] = Counter()

    def between_rounds(self) -> None:
        """Now and then Dagster forgets everything, or its sensors do."""
        if self._chance.random() < 0.2 and self._setting.dagster.exists():
            shutil.rmtree(self._setting.dagster)
            self.happened[DATABASE_DELETED] += 1
        cursors = self._setting.dagster / "cursors.json"
        if self._chance.random() < 0.2 and cursors.exists():
            cursors.unlink()
            self.happened[CURSORS_RESET] += 1

    def blow(self) -> tuple[int, int] | None:
        """A signal for the broker's process (pid, number), for one round in ten."""
        if self._broker is None or self._chance.random() >= 0.1:
            return None
        return self._broker.pid, SIGNALS[self._chance.choice(list(SIGNALS))]

    def healing(self, work: Callable[[], Result]) -> Result:
        """Does the work; meanwhile a broker that is killed is started again, and one that is frozen soon goes on.

        The work has a thread of its own: a broker dies with the thread that started it.
        """
        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(work)
            while self._broker and not (result.done() and _is_well(self._broker)):
                self._heal(self._broker)
                time.sleep(GLANCE_SECONDS)
            return result.result()

    def _heal(self, broker: Component) -> None:
        if not broker.running:
            self.happened[BROKER_KILLED] += 1
            broker.start()
        elif not _is_well(broker):
            time.sleep(self._chance.uniform(0, LONGEST_CUT_SECONDS))
            self.happened[BROKER_CUT_OFF] += 1
            os.kill(broker.pid, signal.SIGCONT)


def _is_well(broker: Component) -> bool:
    with suppress(psutil.NoSuchProcess):
        return broker.running and psutil.Process(broker.pid).status() != psutil.STATUS_STOPPED
    return False
