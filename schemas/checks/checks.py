"""Checks as data: what is asked of the tables beside the gates of their commits; each has a severity and a runbook."""

from dataclasses import dataclass
from datetime import date

from schemas.alerts.kinds import ANOMALY, DATA_STALE, RECORDS_LOST, AlertKind

GATE = "contract_grain_and_sums"
"""The one check that blocks, in every asset of silver and gold: before its commit."""


@dataclass(frozen=True)
class Check:
    """One question; `kind` has its severity and runbook. None of these blocks: the gates have, before the commit."""

    name: str
    description: str
    kind: AlertKind


CONSERVATION = Check(
    "conservation",
    "Every received record has exactly one outcome, counted in the tables, on every date.",
    RECORDS_LOST,
)
GOLD_RECOUNT = Check(
    "gold_recount", "The campaign mart counts, on every date, as many events as silver holds.", RECORDS_LOST
)
FRESH = Check("freshness", "The newest event is as recent as the feed promises.", DATA_STALE)
USUAL = Check("usual_traffic", "Volumes, rates and prices are near what is usual.", ANOMALY)

CHECKS = (CONSERVATION, GOLD_RECOUNT, FRESH, USUAL)
"""Every check."""


@dataclass(frozen=True)
class Verdict:
    """What a check said of a subject on a date (None: of all dates); observed and expected where each is one number."""

    check: Check
    subject: str
    passed: bool
    explanation: str
    event_date: date | None = None
    observed: float | None = None
    expected: float | None = None
