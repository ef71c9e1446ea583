"""Listing: incidents as rows for people and programs, each with what became of the messages about it."""

from collections.abc import Iterable

import polars as pl

from advertisex_assets.watch.journal import Journal, read_journal
from resources.lake import Lake
from schemas.alerts.incident import Incident
from schemas.alerts.kinds import SEVERITY_ORDER
from schemas.alerts.message import Delivery, DeliveryState
from schemas.tables.table import UTC_MICROS

INCIDENT_ROWS = {
    "incident": pl.String(),
    "state": pl.String(),
    "severity": pl.String(),
    "kind": pl.String(),
    "subject": pl.String(),
    "since": UTC_MICROS,
    "seen": pl.Int64(),
    "summary": pl.String(),
    "impact": pl.String(),
    "told": pl.String(),
    "by": pl.String(),
    "note": pl.String(),
    "runbook": pl.String(),
}
"""The documented, stable columns of `advertisex alerts`; `told` is receiver, action and state of every message."""


def incident_rows(lake: Lake, everything: bool = False, only: str | None = None) -> pl.DataFrame:
    """INCIDENT_ROWS of what is open, the gravest and newest first; of what is over too, or of one id `only`."""
    # Who was told of an old incident was told long ago.
    journal = read_journal(lake, everything=True)
    wanted = [one for one in journal.incidents.values() if everything or not one.is_over]
    chosen = [one for one in wanted if only in (None, one.incident_id)]
    chosen.sort(key=_urgency, reverse=True)
    return pl.DataFrame([_row(one, journal) for one in chosen], schema=INCIDENT_ROWS)


def _urgency(incident: Incident) -> tuple[bool, int, float]:
    return not incident.is_over, SEVERITY_ORDER.index(incident.severity), incident.opened_at.timestamp()


def _row(incident: Incident, journal: Journal) -> dict[str, object]:
    problem = incident.problem
    about = (one for one in journal.deliveries.values() if incident.incident_id in one.incidents)
    return {
        "incident": incident.incident_id,
        "state": str(incident.state),
        "severity": str(incident.severity),
        "kind": problem.kind.code,
        "subject": problem.subject,
        "since": problem.since,
        "seen": incident.occurrences,
        "summary": problem.summary,
        "impact": problem.impact.words,
        "told": told(about),
        "by": incident.by,
        "note": incident.note,
        "runbook": problem.kind.runbook,
    }


def told(deliveries: Iterable[Delivery]) -> str:
    """Who was told what, the oldest first; of what nobody got also why."""
    ordered = sorted(deliveries, key=lambda one: one.created_at)
    return ", ".join(_told(one) for one in ordered) or "nobody: no route matches"


def _told(delivery: Delivery) -> str:
    said = f"{delivery.receiver} {delivery.action} {delivery.state}"
    fine = delivery.state in (DeliveryState.DELIVERED, DeliveryState.DROPPED) or not delivery.error
    return said if fine else f"{said} ({delivery.error})"
