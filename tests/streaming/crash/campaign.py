"""The campaign: produces a little, lets two workers race, kills them at a step, until every step had enough."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from tests.real.requirements import REPOSITORY
from tests.streaming.crash.certificate import ANYWHERE, Certificate, Produced
from tests.streaming.crash.work import Setting
from tests.streaming.crash.zygote import Order, Report
from tests.streaming.setting import Stream, impression

LONGEST_SECONDS = 3.0
"""Kills anywhere come within this time: about as long as a worker works."""

ROUND_MESSAGES = 40

EARLY_MS = 1_700_000_000_000
"""Long before any worker's time."""


class Campaign:
    """One stream and one lake, and what has happened to them."""

    def __init__(self, stream: Stream, setting: Setting, seed: int) -> None:
        self._stream, self._setting = stream, setting
        self._random = random.Random(seed)
        self._made = 0
        self.produced = Produced()
        self.certificate = Certificate()
        self._repeats = Counter({ANYWHERE: 1})
        """How often each step came in the run where it came most often."""

    @property
    def steps(self) -> set[str]:
        """Every step that any worker came to."""
        return set(self._repeats)

    def run(self, kills_per_step: int, kills: int, restart_broker: Callable[[], None] | None = None) -> None:
        """Kills until every step had its share and the total is reached; then finishes the work and compares."""
        with zygote(self._setting) as workers:
            self._produce()
            self._learn(workers.run([Order(0)]))
            while steps := self._neediest(kills_per_step, kills):
                self._produce()
                self._learn(workers.run([self._order(number, step) for number, step in enumerate(steps)]))
                if restart_broker and self.certificate.workers % 100 == 0:
                    restart_broker()
                    self.certificate.broker_kills += 1
            self._learn(workers.run([Order(0)]))
        self.certificate.compare(self._setting, self.produced)

    def _neediest(self, kills_per_step: int, kills: int) -> list[str]:
        """The two steps with the fewest kills; none when every step and the total have enough."""
        done = self.certificate.kills
        first, second, *_ = sorted(self.steps, key=lambda name: (done[name], self._random.random()))
        return [] if done[first] >= kills_per_step and done.total() >= kills else [first, second]

    def _order(self, number: int, step: str) -> Order:
        if step == ANYWHERE:
            return Order(number, kill_after_seconds=self._random.uniform(0, LONGEST_SECONDS))
        return Order(number, kill_at=step, occurrence=self._random.randint(1, self._repeats[step]))

    def _learn(self, ended: list[tuple[Order, Report]]) -> None:
        for order, report in ended:
            assert report.error is None, report.error
            self._repeats |= Counter(report.steps)
            self.certificate.workers += 1
            self.certificate.conflicts += report.conflicts
            if report.killed:
                self.certificate.kills[order.kill_at or ANYWHERE] += 1

    def _produce(self) -> None:
        """A few dozen messages and one file: valid records, one sent twice, one broken."""
        first, self._made = self._made, self._made + ROUND_MESSAGES + 5
        valid = [impression(number) for number in range(first, self._made)]
        broken = [b'{"impression_id": "broken-%d"' % first, b'{"impression_id": "incomplete-%d"}' % first]
        self._stream.produce([*valid[:ROUND_MESSAGES], valid[0], broken[0]])
        (self._setting.files / f"{first}.json").write_bytes(
            b"\n".join([*valid[ROUND_MESSAGES:], valid[1], broken[1]])
        )
        # An earlier broker time makes a newcomer the winner over a stored row: its date is rebuilt.
        again = self._random.choice(self.produced.valid or valid)
        self._stream.produce([again], timestamp=EARLY_MS - first)
        self.produced.valid += valid
        self.produced.duplicates += [*valid[:2], again]
        self.produced.broken += broken


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
    setting.files.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.streaming.crash.zygote", setting.as_json]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield Workers(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=60)
