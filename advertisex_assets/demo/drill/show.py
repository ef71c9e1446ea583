"""Show: breaks one thing after the other, waits for the alert of each, and says how long it took."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from advertisex_assets.demo.drill.fault import Fault, Told
from advertisex_assets.demo.drill.faults import FAULTS
from advertisex_assets.demo.drill.stage import Stage, stage
from schemas.errors import AdvertiseXError

PROMISED_SECONDS = 60
"""From the moment that a fault can be seen to a person being told."""

START_SECONDS = 300
PATIENCE_SECONDS = 300
"""After that nobody will be told any more, even on a busy machine."""

GLANCE_SECONDS = 0.25


def drill(say: Console, rounds: int, port: int, faults: Sequence[Fault] = FAULTS) -> Iterator[list[Told]]:
    """What every round measured, fault by fault; each round has a lake of its own, and nothing of it stays."""
    for number in range(rounds):
        yield list(_round(say, number + 1, rounds, port, faults))


def _round(say: Console, number: int, rounds: int, port: int, faults: Sequence[Fault]) -> Iterator[Told]:
    with (
        tempfile.TemporaryDirectory(prefix="advertisex-drill-", ignore_cleanup_errors=True) as folder,
        stage(Path(folder) / "stage", port) as running,
    ):
        say.print(f"Round {number} of {rounds}. Dagster is starting; its UI will be at {running.ui}")
        if not _waited_for(running.is_ready, START_SECONDS):
            raise AdvertiseXError(
                f"Dagster did not start within {START_SECONDS} s. Is the machine too busy? It said: {running.said()}"
            )
        for fault in faults:
            told = _break(running, fault)
            say.print(_line(told), highlight=False)
            yield told
            fault.mend(running)
    say.print("Everything is stopped and removed again.")


def _break(running: Stage, fault: Fault) -> Told:
    fault.prepare(running)
    if not _waited_for(lambda: fault.is_ready(running), PATIENCE_SECONDS):
        raise AdvertiseXError(f"The drill could not prepare {fault.name!r} within {PATIENCE_SECONDS} s.")
    broken_at = datetime.now(UTC)
    fault.break_(running)
    shown_at: list[datetime] = []

    def arrived() -> bool:
        # Looked at until it shows, and never after: it is read from the same disk as everything else.
        if fault.is_shown is not None and not shown_at and fault.is_shown(running):
            shown_at.append(datetime.now(UTC))
        return running.box.first(fault.kind, fault.about, broken_at) is not None

    _waited_for(arrived, PATIENCE_SECONDS)
    alert = running.box.first(fault.kind, fault.about, broken_at)
    if alert is None:
        return Told(fault, broken_at, broken_at, None, "")
    noted = [datetime.fromisoformat(alert.incident["since"]) + fault.seen_after] if fault.is_dated else []
    visible_at = min(alert.at, max([broken_at, *noted, *shown_at]))
    return Told(fault, broken_at, visible_at, alert.at, f"[{alert.incident['severity']}] {alert.incident['summary']}")


def _waited_for(happened: Callable[[], bool], seconds: float) -> bool:
    """Whether it happened in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if happened():
            return True
        time.sleep(GLANCE_SECONDS)
    return False


def _line(told: Told) -> str:
    if told.seconds is None:
        return f"[red]  never  [/red] {told.fault.name}: nobody was told within {PATIENCE_SECONDS} s"
    colour = "green" if told.seconds <= PROMISED_SECONDS else "yellow"
    return f"[{colour}]{told.seconds:6.1f} s[/{colour}] {told.fault.name} ({told.fault.kind}): " + told.alert.replace(
        "[", r"\["
    )
