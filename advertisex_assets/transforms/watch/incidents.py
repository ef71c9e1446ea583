"""Incidents: how problems open, repeat and end them. Pure: the clock and the ids are arguments."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from schemas.alerts.incident import Incident, IncidentState, Problem
from schemas.alerts.kinds import SEVERITY_ORDER, AlertSeverity
from schemas.alerts.message import Action

DETAILS_KEPT = 5
"""Examples are for orientation; the runs and dates themselves are in Dagster and in the tables."""

SAY_AGAIN_AFTER = timedelta(minutes=10)
"""Often enough for `seen_at` to be useful, seldom enough for a week-long incident to stay a small table."""

REOPEN_WITHIN = timedelta(minutes=15)
"""What returns so soon after its end was not over: the same incident goes on instead of a new one."""


@dataclass(frozen=True)
class Change:
    """What happened to an incident, and what is to be told about it; None: nothing new."""

    incident: Incident
    action: Action | None


def reconcile(
    known: Mapping[str, Incident],
    problems: Iterable[Problem],
    now: datetime,
    new_id: Callable[[], str],
    cleared_scopes: Iterable[str] = (),
    over: Iterable[str] = (),
) -> list[Change]:
    """The incidents that these problems open, repeat or end.

    known: the latest incident of each key. cleared_scopes: scopes whose problems are all among `problems`, so that
    incidents of theirs without a problem are over. over: keys whose incidents have ended for another reason.
    """
    by_key: dict[str, list[Problem]] = {}
    scopes = set(cleared_scopes)
    for problem in problems:
        if not _is_old_news(known.get(problem.key), problem, scopes):
            by_key.setdefault(problem.key, []).append(problem)
    changes = [
        _seen(known.get(key), group, now, new_id)
        for key, group in by_key.items()
        if not _just_said(known.get(key), group[-1], scopes, now)
    ]
    ended = set(over)
    for key, incident in known.items():
        gone = incident.problem.scope in scopes or key in ended
        if key not in by_key and gone and not incident.is_over:
            changes.append(end(incident, now, note="It is no longer so."))
    return changes


def end(incident: Incident, now: datetime, by: str = "", note: str = "") -> Change:
    """The incident is over, by itself or because somebody says so."""
    if incident.is_over:
        return Change(incident, None)
    over = replace(
        incident,
        state=IncidentState.RESOLVED,
        changed_at=now,
        resolved_at=now,
        by=by or incident.by,
        note=note,
    )
    return Change(over, Action.RESOLVE)


def acknowledge(incident: Incident, now: datetime, by: str, note: str) -> Change:
    """Somebody is on it; reminders stop."""
    if incident.state is not IncidentState.OPEN:
        return Change(incident, None)
    taken = replace(incident, state=IncidentState.ACKNOWLEDGED, changed_at=now, by=by, note=note)
    return Change(taken, Action.ACKNOWLEDGE)


def remind(
    incidents: Iterable[Incident], now: datetime, after: Callable[[Incident], timedelta | None]
) -> list[Change]:
    """The open incidents that were told so long ago that they are told again; `after` None means never."""
    due = []
    for incident in incidents:
        wait = after(incident)
        told = incident.reminded_at or incident.opened_at
        if incident.state is IncidentState.OPEN and wait is not None and now - told >= wait:
            due.append(Change(replace(incident, reminded_at=now, changed_at=now), Action.REMIND))
    return due


def _just_said(incident: Incident | None, problem: Problem, scopes: set[str], now: datetime) -> bool:
    """A state that is looked at over and over again is written down now and then; every event is."""
    if (
        incident is not None
        and incident.is_over
        and (problem.kind.stays or _is_old_news(incident, problem, scopes))
    ):
        return True
    if incident is None or incident.is_over or problem.scope not in scopes:
        return False
    return now - incident.seen_at < SAY_AGAIN_AFTER and _severity(problem) == incident.severity


def _is_old_news(incident: Incident | None, problem: Problem, scopes: set[str]) -> bool:
    """An event (not a state) from before the last one was told: somebody looked at an old stretch again."""
    return incident is not None and problem.scope not in scopes and problem.since <= incident.seen_at


def _severity(problem: Problem) -> AlertSeverity:
    return problem.severity or problem.kind.severity


def _seen(
    incident: Incident | None, problems: Sequence[Problem], now: datetime, new_id: Callable[[], str]
) -> Change:
    latest = problems[-1]
    details = tuple(dict.fromkeys(problem.detail for problem in problems if problem.detail))
    if incident is None or (incident.is_over and not _returned(incident, now)):
        opened = Incident(
            new_id(), latest, IncidentState.OPEN, now, now, now, len(problems), details[:DETAILS_KEPT]
        )
        return Change(opened, Action.TRIGGER)
    again = replace(
        incident,
        problem=replace(latest, since=min(latest.since, incident.problem.since)),
        seen_at=now,
        occurrences=incident.occurrences + len(problems),
        details=tuple(dict.fromkeys((*incident.details, *details)))[:DETAILS_KEPT],
    )
    if incident.is_over:
        reopened = replace(again, state=IncidentState.OPEN, changed_at=now, resolved_at=None)
        return Change(reopened, Action.TRIGGER)
    graver = SEVERITY_ORDER.index(_severity(latest)) > SEVERITY_ORDER.index(incident.severity)
    return Change(again, Action.TRIGGER if graver else None)


def _returned(incident: Incident, now: datetime) -> bool:
    return incident.resolved_at is not None and now - incident.resolved_at < REOPEN_WITHIN
