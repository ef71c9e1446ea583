"""Journal: incidents and deliveries in `ops.alerts`; what is known after a restart is what the Delta log says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl
from pydantic import TypeAdapter

from resources.lake import CommitConflictError, Lake, LakeTable, Marks
from schemas.alerts.incident import Incident, IncidentState
from schemas.alerts.kinds import ALERT_KINDS
from schemas.alerts.message import Delivery, DeliveryState
from schemas.errors import AdvertiseXError
from schemas.tables.alerts import ALERTS

INCIDENT = "incident"
DELIVERY = "delivery"
SEQUENCE = "alerts"
"""The mark that racing writers collide on, so that nobody decides by an old state."""

ATTEMPTS = 20
"""Writers are few (daemon, runs, command line) and each commit takes milliseconds."""

RECENT = timedelta(days=2)
"""Longer than anything looks back: reopening, the rate limit, giving up. Years of history must not slow a tick."""

UNFINISHED = [str(IncidentState.OPEN), str(IncidentState.ACKNOWLEDGED), str(DeliveryState.PENDING)]
KINDS_THAT_STAY = [kind.code for kind in ALERT_KINDS.values() if kind.stays]

INCIDENTS = TypeAdapter(Incident)
DELIVERIES = TypeAdapter(Delivery)


@dataclass(frozen=True)
class Journal:
    """The latest state of every incident and delivery."""

    incidents: dict[str, Incident]
    deliveries: dict[str, Delivery]

    def by_key(self) -> dict[str, Incident]:
        """The latest incident of each cause."""
        ordered = sorted(self.incidents.values(), key=lambda incident: incident.opened_at)
        return {incident.key: incident for incident in ordered}


@dataclass(frozen=True)
class Update:
    """What is to be written."""

    incidents: tuple[Incident, ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.incidents or self.deliveries)


def read_journal(lake: Lake, everything: bool = False) -> Journal:
    """What matters now: what is not over, or was until RECENT; or everything ever. Looking creates no table."""
    return _journal(lake.open(ALERTS), everything) if lake.exists(ALERTS) else Journal({}, {})


def update_journal(lake: Lake, now: datetime, decide: Callable[[Journal], Update]) -> Journal:
    """Writes what `decide` makes of the present state, in one commit, and returns the new state.

    Decides anew when another writer was first; AdvertiseXError if that goes on and on.
    """
    if not lake.exists(ALERTS) and not decide(Journal({}, {})):
        return Journal({}, {})
    for _ in range(ATTEMPTS):
        table = lake.open(ALERTS)
        journal = _journal(table)
        update = decide(journal)
        if not update:
            return journal
        sequence = (table.mark(SEQUENCE) or 0) + 1
        try:
            table.append(_rows(update, sequence, now), Marks({SEQUENCE: sequence}))
        except CommitConflictError:
            continue
        return Journal(
            journal.incidents | {one.incident_id: one for one in update.incidents},
            journal.deliveries | {one.delivery_id: one for one in update.deliveries},
        )
    raise AdvertiseXError(f"ops.alerts was changed by others {ATTEMPTS} times in a row; try again.")


def _journal(table: LakeTable, everything: bool = False) -> Journal:
    """Reads the small columns of every row, and the documents of what matters."""
    rows = table.scan().select("sequence", "entry_id", "state", "kind", "written_at").collect()
    latest = rows.sort("sequence", maintain_order=True).unique("entry_id", keep="last", maintain_order=True)
    recent = pl.col("written_at") >= pl.col("written_at").max() - RECENT
    lasting = pl.col("state").is_in(UNFINISHED) | pl.col("kind").is_in(KINDS_THAT_STAY)
    wanted = latest if everything else latest.filter(recent | lasting.fill_null(False))
    key = ["entry_id", "sequence"]
    chosen = table.scan().filter(pl.col("sequence").is_in(wanted["sequence"].unique().implode()))
    documents = chosen.select(*key, "entry", "document").collect().join(wanted.select(key), on=key)
    texts = dict(documents.group_by("entry").agg("document").iter_rows())
    incidents = [INCIDENTS.validate_json(text) for text in texts.get(INCIDENT, [])]
    deliveries = [DELIVERIES.validate_json(text) for text in texts.get(DELIVERY, [])]
    return Journal({one.incident_id: one for one in incidents}, {one.delivery_id: one for one in deliveries})


def _rows(update: Update, sequence: int, now: datetime) -> pl.DataFrame:
    stamp = {"sequence": sequence, "written_at": now.astimezone(UTC)}
    rows = [stamp | _incident_row(one) for one in update.incidents]
    rows += [stamp | _delivery_row(one) for one in update.deliveries]
    return pl.DataFrame(rows, schema=ALERTS.schema)


def _incident_row(incident: Incident) -> dict[str, object]:
    problem = incident.problem
    return {
        "entry": INCIDENT,
        "entry_id": incident.incident_id,
        "state": str(incident.state),
        "key": incident.key,
        "kind": problem.kind.code,
        "severity": str(incident.severity),
        "subject": problem.subject,
        "summary": problem.summary,
        "since": problem.since,
        "occurrences": incident.occurrences,
        "impact_rows": problem.impact.rows,
        "impact_micros": problem.impact.amount_micros,
        "impact_currency": problem.impact.currency,
        "by": incident.by,
        "note": incident.note,
        "opened_at": incident.opened_at,
        "ended_at": incident.resolved_at,
        "document": INCIDENTS.dump_json(incident).decode(),
    }


def _delivery_row(delivery: Delivery) -> dict[str, object]:
    return {
        "entry": DELIVERY,
        "entry_id": delivery.delivery_id,
        "state": str(delivery.state),
        "key": ",".join(delivery.incidents[:1]),
        "receiver": delivery.receiver,
        "action": str(delivery.action),
        "attempts": delivery.attempts,
        "error": delivery.error,
        "opened_at": delivery.created_at,
        "ended_at": delivery.ended_at,
        "document": DELIVERIES.dump_json(delivery).decode(),
    }


def unknown_incident(incident_id: str, journal: Journal) -> AdvertiseXError:
    """The error for an id that nobody knows."""
    open_ids = [one.incident_id for one in journal.incidents.values() if not one.is_over]
    return AdvertiseXError(f"There is no incident {incident_id!r}. Open: {', '.join(open_ids) or 'none'}.")
