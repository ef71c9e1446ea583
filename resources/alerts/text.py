"""Text: an incident in the words that chat and e-mail show."""

from datetime import datetime

from schemas.alerts.incident import Incident
from schemas.alerts.message import Action, Message

SHOWN = 10
"""A summary names so many incidents; the rest are counted."""

WORDS = {
    Action.TRIGGER: "",
    Action.REMIND: "still open: ",
    Action.ACKNOWLEDGE: "acknowledged: ",
    Action.RESOLVE: "resolved: ",
}


def title(message: Message) -> str:
    """One line."""
    incident = message.incident
    if len(message.incidents) > 1:
        return (
            f"[{incident.severity.upper()}] {WORDS[message.action]}{len(message.incidents)} incidents at once"
        )
    return f"[{incident.severity.upper()}] {WORDS[message.action]}{incident.problem.kind.title}: {_subject(incident)}"


def body(message: Message) -> str:
    """What, since when, how bad, why, and what to do."""
    if len(message.incidents) == 1:
        return "\n".join(lines(message, message.incident))
    shown = [f"- {one.problem.summary}" for one in message.incidents[:SHOWN]]
    rest = len(message.incidents) - len(shown)
    return "\n".join([*shown, *([f"and {rest} more: `advertisex alerts`"] if rest else [])])


def lines(message: Message, incident: Incident) -> list[str]:
    """One fact per line."""
    problem = incident.problem
    facts = {
        "Since": when(problem.since),
        "Seen": f"{incident.occurrences} times" if incident.occurrences > 1 else "",
        "Impact": problem.impact.words,
        "Likely cause": problem.kind.likely_cause,
        "For example": ", ".join(incident.details),
        "Note": " ".join(part for part in (incident.by and f"{incident.by}:", incident.note) if part),
        "Page": problem.link or message.dashboard,
        "Runbook": message.runbook(incident),
        "Incident": incident.incident_id,
    }
    return [problem.summary, *(f"{name}: {value}" for name, value in facts.items() if value)]


def when(moment: datetime) -> str:
    """A time for people, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _subject(incident: Incident) -> str:
    return incident.problem.subject or incident.key
