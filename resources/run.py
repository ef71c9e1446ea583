"""A run: who does the work, by which clock and engine, handed down so that nothing below chooses by itself."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from resources.engine import POLARS, Engine


def _no_step(name: str) -> None:
    """Nothing happens between commits."""


def utc_now() -> datetime:
    """The system clock, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Run:
    """One piece of work.

    `step` is called with a name right before every commit; crash tests stop the process there.
    """

    run_id: str
    clock: Callable[[], datetime] = utc_now
    step: Callable[[str], None] = _no_step
    engine: Engine = POLARS


def new_run(prefix: str, engine: Engine = POLARS) -> Run:
    """A run with a name of its own and the system clock."""
    return Run(f"{prefix}-{uuid.uuid4()}", engine=engine)
