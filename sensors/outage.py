"""Outage: how long a sensor leaves a broker alone that does not answer; pure, kept in the sensor's cursor."""

import json
from dataclasses import asdict, dataclass

FIRST_PAUSE_SECONDS = 5
"""One tick."""

LONGEST_PAUSE_SECONDS = 300
"""After a long outage work begins again within five minutes."""


@dataclass(frozen=True)
class Outage:
    """How often in a row there was no answer, and when to ask again (epoch seconds); zeros when all is well."""

    failures: int = 0
    ask_again_at: float = 0.0
    reason: str = ""

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "Outage":
        """What a cursor says; a cursor that is empty or of another kind says that all is well."""
        try:
            found = json.loads(cursor or "{}")
            return cls(int(found["failures"]), float(found["ask_again_at"]), str(found["reason"]))
        except (ValueError, TypeError, KeyError):
            return cls()

    @property
    def cursor(self) -> str:
        """The outage as a cursor keeps it."""
        return json.dumps(asdict(self))

    def is_over_at(self, now: float) -> bool:
        """Whether it is time to ask."""
        return now >= self.ask_again_at

    def after_failure(self, now: float, reason: str) -> "Outage":
        """One failure more: the pause doubles."""
        pause = min(FIRST_PAUSE_SECONDS * 2 ** min(self.failures, 10), LONGEST_PAUSE_SECONDS)
        return Outage(self.failures + 1, now + pause, reason)
