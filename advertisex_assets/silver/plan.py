"""Plan: which dates can take just their new rows, and which must be rebuilt; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Plan:
    """What one pass does: `incremental` maps a date to the bronze version it has read; `rebuild` dates start anew."""

    incremental: Mapping[date, int]
    rebuild: frozenset[date]

    @property
    def dates(self) -> tuple[date, ...]:
        """Every date of the pass."""
        return tuple(sorted({*self.incremental, *self.rebuild}))

    def with_rebuilt(self, dates: Iterable[date]) -> "Plan":
        """The same plan with more dates rebuilt."""
        rebuild = self.rebuild | frozenset(dates)
        return Plan({day: v for day, v in self.incremental.items() if day not in rebuild}, rebuild)


def plan_dates(states: Mapping[date, tuple[int, int] | None], fingerprints: Mapping[date, int]) -> Plan:
    """Plans dates by their (bronze version, fingerprint): None, or another fingerprint than due, means rebuild."""
    incremental = {}
    rebuild = set()
    for day, state in states.items():
        if state is None or state[1] != fingerprints[day]:
            rebuild.add(day)
        else:
            incremental[day] = state[0]
    return Plan(incremental, frozenset(rebuild))
