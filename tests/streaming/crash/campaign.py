"""The campaign: produces a little, lets two workers race, kills them at a step, until every step had enough."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace

from tests.real.processes import Component
from tests.real.requirements import REPOSITORY
from tests.streaming.crash.certificate import ANYWHERE, Certificate
from tests.streaming.crash.disturbances import Disturbances
from tests.streaming.crash.traffic import Traffic
from tests.streaming.crash.work import EVERYTHING, Reach, Setting, every_step
from tests.streaming.crash.zygote import Order, Report
from tests.streaming.setting import Stream

LONGEST_SECONDS = 3.0
"""Kills anywhere come within this time: about as long as a worker works."""

WHOLE_SHARE = 0.1
"""How many rounds go all the way; in the others workers reach no further than the steps at which they die."""

DAGSTER_SHARE = 0.5
"""How many of these have a worker that works as Dagster does: it takes twice as long to tell the same."""

EXPIRED = "bronze:kafka:expired"
"""The step that only comes where messages have expired."""

AWAY = "KafkaUnavailableError"
"""How a worker may end while the broker is away."""


class Campaign:
    """Two streams and one lake, and what has happened to them; a `broker` of its own may be harmed."""

    def __init__(
        self, streams: list[Stream], setting: Setting, seed: int, broker: Component | None = None
    ) -> None:
        self._setting, self._chance = setting, random.Random(seed)
        self._traffic = Traffic(*streams, setting.landing / streams[0].feed.name, self._chance)
        self._disturbances = Disturbances(setting, broker, self._chance)
        self.certificate = Certificate([seed], commit(), self._disturbances.happened)
        self._repeats = Counter(dict.fromkeys({ANYWHERE, *every_step()}, 1))
        """How often each step came in the run where it came most often."""
        self._only: set[str] | None = None
        self._missed = True
        """Whether the last round left a worker alive: then there may be nothing left to do."""

    @property
    def steps(self) -> set[str]:
        """Every step that workers must come to, and those that they came to beside."""
        return set(self._repeats)

    def one_of_each_kind(self) -> set[str]:
        """Every step of landing, and one of the tables for each way of writing to silver and gold."""
        steps = sorted(self.steps, key=lambda _: self._chance.random())
        return set({_way(step): step for step in steps}.values())

    def run(
        self, kills_per_step: int, kills: int, minutes: float = float("inf"), only: set[str] | None = None
    ) -> None:
        """Kills until every step (or `only` those) had its share and the total is reached; then finishes and compares.

        After so many minutes it kills no more: what then misses its share is seen in the certificate.
        """
        began = time.monotonic()
        self._only = only
        with zygote(self._setting) as workers:
            self._learn(workers.run([Order(0)]))
            while (steps := self._neediest(kills_per_step, kills)) and time.monotonic() < began + 60 * minutes:
                self._round(workers, steps)
                print(f"{self.certificate.kills.total()} kills", end="\r", flush=True)
            self._learn(workers.run([Order(0)]))
            self._learn(workers.run([Order(0, through_dagster=True)]))
        self.certificate.minutes = (time.monotonic() - began) / 60
        self.certificate.compare(self._setting, self._traffic)

    def _round(self, workers: "Workers", steps: list[str]) -> None:
        self._disturbances.between_rounds()
        if self._missed or not all(map(_still_waits, steps)):
            self._traffic.produce(earlier=any("replace" in step for step in steps))
        if EXPIRED in steps:
            self._traffic.doom()
        whole = self._chance.random() < WHOLE_SHARE
        reach = EVERYTHING if whole else Reach.to(*steps)
        orders = [replace(self._order(number, step), reach=reach) for number, step in enumerate(steps)]
        orders[0] = replace(orders[0], blow=self._disturbances.blow())
        orders[1] = replace(orders[1], through_dagster=whole and self._chance.random() < DAGSTER_SHARE)
        ended = self._disturbances.healing(lambda: workers.run(orders))
        self._missed = not all(report.killed for _, report in ended)
        self._learn(ended, may_be_away=orders[0].blow is not None)

    def _neediest(self, kills_per_step: int, kills: int) -> list[str]:
        """The step with the fewest kills, and the next one like it; none when every step and the total have enough."""
        done = self.certificate.kills
        first, *others = sorted(self._only or self.steps, key=lambda name: (done[name], self._chance.random()))
        if done[first] >= kills_per_step and done.total() >= kills:
            return []
        return [first, next((step for step in others if _kind(step) == _kind(first)), others[0])]

    def _order(self, number: int, step: str) -> Order:
        if step == ANYWHERE:
            return Order(number, kill_after_seconds=self._chance.uniform(0, LONGEST_SECONDS))
        often = self._repeats[step] if self._chance.random() < 0.5 else 1
        return Order(number, kill_at=step, occurrence=self._chance.randint(1, often))

    def _learn(self, ended: list[tuple[Order, Report]], may_be_away: bool = False) -> None:
        certificate = self.certificate
        for order, report in ended:
            gave_up = may_be_away and AWAY in (report.error or "")
            assert report.error is None or gave_up, f"seed {certificate.seeds}: {report.error}"
            self._repeats |= Counter(report.steps)
            certificate.workers += 1
            certificate.dagster_workers += order.through_dagster
            certificate.gave_up += gave_up
            certificate.conflicts += report.conflicts
            if report.killed:
                certificate.kills[order.kill_at or ANYWHERE] += 1


class Workers:
    """A zygote to give orders to."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, orders: list[Order]) -> list[tuple[Order, Report]]:
        """Lets workers work at the same time; returns how each ended."""
        assert self._process.stdin is not None and self._process.stdout is not None
        for order in orders:
            self._process.stdin.write(json.dumps(asdict(order)) + "\n")
            self._process.stdin.flush()
        reports = [Report(**json.loads(self._process.stdout.readline())) for _ in orders]
        return [
            (next(order for order in orders if order.number == report.number), report) for report in reports
        ]


@contextmanager
def zygote(setting: Setting) -> Iterator[Workers]:
    """A running zygote; it ends with the block."""
    command = [sys.executable, "-m", "tests.streaming.crash.zygote", setting.as_json]
    # Little data, many processes: threads of theirs would only wait for each other.
    environment = os.environ | {"POLARS_MAX_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield Workers(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=60)


def commit() -> str:
    """The commit that is checked out, and whether something was changed since; "unknown" outside of a checkout."""
    asked = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    told = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, text=True)
    return told.stdout.strip() or "unknown"


def _kind(step: str) -> str:
    """Layer and way of writing: steps that come in the same rounds."""
    return ":".join(step.split(":")[:2]) if step.startswith("silver") else step.split(":")[0]


def _way(step: str) -> str:
    """Layer and way of writing; of landing, the step itself."""
    return step if step.startswith("bronze") else step.rpartition(":")[0] or step


def _still_waits(step: str) -> bool:
    """Whether the step comes again although nothing new was produced, once a worker died right before it."""
    return step.startswith(("gold:replace", "silver:replace"))
