"""Alerts: problems in, incidents kept, people told. What is a problem is decided elsewhere."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from advertisex_assets.transforms.watch import incidents as life
from advertisex_assets.transforms.watch import notify
from advertisex_assets.transforms.watch.incidents import Change
from advertisex_assets.watch.journal import Journal, Update, read_journal, unknown_incident, update_journal
from resources.alerts.config import AlertConfig
from resources.alerts.receiver import DeliveryError
from resources.lake import Lake
from resources.run import utc_now
from schemas.alerts.incident import Incident, Problem
from schemas.alerts.kinds import SEVERITY_ORDER
from schemas.alerts.message import Delivery, DeliveryState, Message

MESSAGES_PER_PASS = 20
"""With one timeout per silent receiver a pass stays within a sensor's minute."""


@dataclass(frozen=True)
class Alerts:
    """The alerts of one lake."""

    lake: Lake
    config: AlertConfig
    dashboard: str = ""
    """Where the Dagster UI is."""

    def report(
        self, problems: Iterable[Problem], cleared_scopes: Iterable[str] = (), over: Iterable[str] = ()
    ) -> list[Incident]:
        """Takes what somebody saw; returns the incidents that are new or over because of it.

        Incidents of `cleared_scopes` that no problem mentions are over, and those of the keys in `over`. Nothing is
        sent: `deliver` does.
        """
        seen, scopes, keys, now = list(problems), list(cleared_scopes), set(over), utc_now()
        told: list[Incident] = []

        def decide(journal: Journal) -> Update:
            changes = life.reconcile(journal.by_key(), seen, now, _new_id, scopes, keys)
            told[:] = [change.incident for change in changes if change.action is not None]
            return self._update(journal, changes, now)

        update_journal(self.lake, now, decide)
        return told

    def deliver(self) -> list[Delivery]:
        """Sends what is due, reminders included; returns what was tried. Never raises because of a receiver.

        Racing callers do not send twice: each message is claimed first, for as long as one pass may last.
        """
        journal, claimed = self._claim(utc_now())
        tried: list[Delivery] = []
        for delivery in claimed:
            if delivery.receiver in {one.receiver for one in tried if one.state is DeliveryState.PENDING}:
                # It did not answer a moment ago: its other messages would only wait for the same timeout.
                tried.append(
                    notify.failed(delivery, utc_now(), "Waits for the receiver to answer again.", False)
                )
            else:
                tried.append(self._send(delivery, journal))
        if tried:
            update_journal(self.lake, utc_now(), lambda _: Update(deliveries=tuple(tried)))
        return tried

    def acknowledge(self, incident_id: str, by: str, note: str = "") -> Incident:
        """Somebody is on it; AdvertiseXError if there is no such incident."""
        return self._by_hand(incident_id, lambda incident, now: life.acknowledge(incident, now, by, note))

    def resolve(self, incident_id: str, by: str, note: str = "") -> Incident:
        """Somebody says that it is over; AdvertiseXError if there is no such incident."""
        return self._by_hand(incident_id, lambda incident, now: life.end(incident, now, by, note))

    def open_incidents(self) -> list[Incident]:
        """What is wrong now, the gravest and newest first."""
        current = [one for one in read_journal(self.lake).incidents.values() if not one.is_over]
        return sorted(
            current, key=lambda one: (SEVERITY_ORDER.index(one.severity), one.opened_at), reverse=True
        )

    def history(self) -> list[Incident]:
        """Every incident ever, the newest first."""
        ever = read_journal(self.lake, everything=True).incidents.values()
        return sorted(ever, key=lambda one: one.opened_at, reverse=True)

    def undelivered(self) -> list[Delivery]:
        """Messages that nobody got: those that wait, and those that were given up."""
        states = (DeliveryState.PENDING, DeliveryState.UNDELIVERABLE)
        ever = read_journal(self.lake, everything=True).deliveries.values()
        return [one for one in ever if one.state in states]

    def _by_hand(self, incident_id: str, act: Callable[[Incident, datetime], Change]) -> Incident:
        now = utc_now()

        def decide(journal: Journal) -> Update:
            if incident_id not in journal.incidents:
                raise unknown_incident(incident_id, journal)
            return self._update(journal, [act(journal.incidents[incident_id], now)], now)

        return update_journal(self.lake, now, decide).incidents[incident_id]

    def _claim(self, now: datetime) -> tuple[Journal, list[Delivery]]:
        """Makes the reminders that are due, and claims every message that is."""
        after = notify.reminder_after(self.config.routing)
        claimed: list[Delivery] = []

        def decide(journal: Journal) -> Update:
            reminders = self._update(journal, life.remind(journal.incidents.values(), now, after), now)
            waiting = journal.deliveries | {one.delivery_id: one for one in reminders.deliveries}
            ready = notify.due(waiting.values(), now)[:MESSAGES_PER_PASS]
            claimed[:] = [notify.claimed(one, now) for one in ready]
            ids = {one.delivery_id for one in claimed}
            others = [one for one in reminders.deliveries if one.delivery_id not in ids]
            return Update(reminders.incidents, (*others, *claimed))

        return update_journal(self.lake, now, decide), claimed

    def _update(self, journal: Journal, changes: Sequence[Change], now: datetime) -> Update:
        """Changed incidents and the messages that follow, for one commit: no message is lost in between."""
        incidents = (change.incident for change in changes)
        changed = tuple(one for one in incidents if journal.incidents.get(one.incident_id) != one)
        messages = notify.plan(changes, self.config.routing, list(journal.deliveries.values()), now, _new_id)
        return Update(changed, tuple(messages))

    def _send(self, delivery: Delivery, journal: Journal) -> Delivery:
        receiver = next((one for one in self.config.receivers if one.name == delivery.receiver), None)
        if receiver is None:
            return notify.failed(
                delivery, utc_now(), "No such receiver is configured any more.", for_good=True
            )
        try:
            receiver.send(self._message(delivery, journal))
        except DeliveryError as error:
            return notify.failed(delivery, utc_now(), str(error), error.for_good)
        except Exception as error:  # A receiver's bug must not stop the others, nor the pipeline.
            return notify.failed(delivery, utc_now(), f"{type(error).__name__}: {error}", for_good=False)
        return notify.delivered(delivery, utc_now())

    def _message(self, delivery: Delivery, journal: Journal) -> Message:
        incidents = tuple(journal.incidents[one] for one in delivery.incidents)
        return Message(
            delivery.delivery_id, delivery.action, incidents, utc_now(), self.dashboard, self.config.runbooks
        )


def _new_id() -> str:
    return uuid.uuid4().hex[:12]
