"""What befalls brokers and Dagster during a campaign: killed, cut off, deleted, reset; and how it is undone."""

import os
import random
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from tests.real.processes import Component
from tests.streaming.crash.work import Setting

BROKER_KILLED, BROKER_CUT_OFF = "broker killed while it is read", "broker cut off while it is read"
DATABASE_DELETED, CURSORS_RESET = "Dagster's database deleted", "sensor cursors reset"

SIGNALS = {BROKER_KILLED: signal.SIGKILL, BROKER_CUT_OFF: signal.SIGSTOP}
LONGEST_CUT_SECONDS = 4.0
GLANCE_SECONDS = 0.05


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

    @contextmanager
    def healing(self) -> Iterator[None]:
        """Within the block a broker that is killed is started again, and one that is frozen goes on after seconds."""
        if self._broker is None:
            yield
            return
        over = threading.Event()
        nurse = threading.Thread(target=self._heal, args=(self._broker, over))
        nurse.start()
        try:
            yield
        finally:
            over.set()
            nurse.join()

    def _heal(self, broker: Component, over: threading.Event) -> None:
        while not over.wait(GLANCE_SECONDS) or not _is_well(broker):
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
