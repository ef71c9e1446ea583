"""Notify: which messages follow from changes, grouped, limited and held back in quiet hours. Nothing is sent here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from advertisex_assets.transforms.watch.incidents import Change
from schemas.alerts.incident import Incident
from schemas.alerts.kinds import SEVERITY_ORDER
from schemas.alerts.message import (
    FIRST_RETRY,
    GIVE_UP_AFTER,
    LONGEST_RETRY,
    Action,
    Delivery,
    DeliveryState,
)
from schemas.alerts.route import RateLimit, Routing

SAME_MOMENT = 3
"""So many incidents of one action at once become one message: they probably have one reason that no key shows."""


MOST_DOUBLINGS = 16
"""Far beyond the longest wait; it only keeps the number small."""

CLAIM = timedelta(minutes=2)
"""Longer than one pass of sending may last; a sender that died is followed by another after this."""


def plan(
    changes: Iterable[Change],
    routing: Routing,
    earlier: Sequence[Delivery],
    now: datetime,
    new_id: Callable[[], str],
) -> list[Delivery]:
    """New and changed deliveries that follow from the changes.

    earlier: all that are pending, and those made within the rate limit's stretch. An incident that ends before its
    trigger left is not told at all.
    """
    changes = list(changes)
    over = {one.incident.incident_id for one in changes if one.action is Action.RESOLVE}
    taken_back = {one.delivery_id: _without(one, over, now) for one in earlier if _is_unsent(one, over)}
    wanted: dict[tuple[str, Action], list[tuple[Incident, datetime]]] = {}
    for change in changes:
        for receiver, due_at in _told(change, routing, now).items():
            if change.action is not None and not _overtaken(change, receiver, earlier, taken_back):
                wanted.setdefault((receiver, change.action), []).append((change.incident, due_at))
    current = [taken_back.get(one.delivery_id, one) for one in earlier]
    planned = dict(taken_back)
    for (receiver, action), incidents in wanted.items():
        for one in _grouped(receiver, action, incidents, current, routing.limit, now, new_id):
            planned[one.delivery_id] = one
    return list(planned.values())


def _grouped(
    receiver: str,
    action: Action,
    incidents: list[tuple[Incident, datetime]],
    earlier: Sequence[Delivery],
    limit: RateLimit,
    now: datetime,
    new_id: Callable[[], str],
) -> list[Delivery]:
    """One message each; one for all where they are many; one that waits where the receiver had its fill."""
    groups = [incidents] if len(incidents) > SAME_MOMENT else [[one] for one in incidents]
    recent = [one for one in earlier if one.receiver == receiver and now - one.created_at < limit.within]
    if len(recent) + len(groups) <= limit.messages:
        return [_delivery(receiver, action, group, now, new_id) for group in groups]
    again_at = min(one.created_at for one in recent) + limit.within if recent else now
    later = _delivery(receiver, action, incidents, now, new_id)
    for one in recent:
        if (
            one.action is action
            and one.state is DeliveryState.PENDING
            and one.attempts == 0
            and one.due_at > now
        ):
            return [replace(one, incidents=(*one.incidents, *later.incidents))]
    return [replace(later, due_at=max(later.due_at, again_at))]


def due(deliveries: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """The pending deliveries whose time has come, the oldest first."""
    ready = [one for one in deliveries if one.state is DeliveryState.PENDING and one.due_at <= now]
    return sorted(ready, key=lambda one: (one.created_at, one.delivery_id))


def claimed(delivery: Delivery, now: datetime) -> Delivery:
    """The delivery as its next attempt begins, out of the reach of other senders until that must have ended."""
    return replace(delivery, due_at=now + CLAIM, attempts=delivery.attempts + 1)


def delivered(delivery: Delivery, now: datetime) -> Delivery:
    """The receiver has it."""
    return replace(delivery, state=DeliveryState.DELIVERED, ended_at=now, error="")


def failed(delivery: Delivery, now: datetime, error: str, for_good: bool) -> Delivery:
    """The receiver did not take it: tried again later, or kept as undeliverable."""
    wait = min(FIRST_RETRY * 2 ** min(delivery.attempts - 1, MOST_DOUBLINGS), LONGEST_RETRY)
    if for_good or now + wait - delivery.created_at > GIVE_UP_AFTER:
        return replace(delivery, state=DeliveryState.UNDELIVERABLE, ended_at=now, error=error)
    return replace(delivery, due_at=now + wait, error=error)


def reminder_after(routing: Routing) -> Callable[[Incident], timedelta | None]:
    """How long after the last telling an incident is told again: the shortest of its routes."""

    def after(incident: Incident) -> timedelta | None:
        return min((route.remind_after for route in routing.routes if route.matches(incident)), default=None)

    return after


def _told(change: Change, routing: Routing, now: datetime) -> Mapping[str, datetime]:
    """Receivers of the change and when each may be told, the earliest of its routes."""
    told: dict[str, datetime] = {}
    for route in routing.routes:
        if change.action is None or not route.matches(change.incident):
            continue
        due_at = route.quiet.until(now, change.incident.severity) if route.quiet else now
        for receiver in route.receivers:
            told[receiver] = min(due_at, told.get(receiver, due_at))
    return told


def _is_unsent(delivery: Delivery, incidents: set[str]) -> bool:
    """Whether the message concerns one of the incidents and was never tried."""
    unsent = delivery.state is DeliveryState.PENDING and delivery.attempts == 0
    return unsent and delivery.action is Action.TRIGGER and not incidents.isdisjoint(delivery.incidents)


def _overtaken(
    change: Change, receiver: str, earlier: Sequence[Delivery], taken_back: Mapping[str, Delivery]
) -> bool:
    """An end of what was never told, or a reminder of what is still on its way, is not told."""
    about = [one for one in earlier if _concerns(one, receiver, change.incident)]
    if change.action is Action.RESOLVE:
        return any(one.delivery_id in taken_back for one in about)
    return change.action is Action.REMIND and any(one.state is DeliveryState.PENDING for one in about)


def _concerns(delivery: Delivery, receiver: str, incident: Incident) -> bool:
    return delivery.receiver == receiver and incident.incident_id in delivery.incidents


def _without(delivery: Delivery, incidents: set[str], now: datetime) -> Delivery:
    """The message about what is left of it; dropped if nothing is."""
    rest = tuple(one for one in delivery.incidents if one not in incidents)
    if rest:
        return replace(delivery, incidents=rest)
    return replace(delivery, state=DeliveryState.DROPPED, ended_at=now)


def _delivery(
    receiver: str,
    action: Action,
    incidents: list[tuple[Incident, datetime]],
    now: datetime,
    new_id: Callable[[], str],
) -> Delivery:
    gravest = sorted(incidents, key=lambda one: -SEVERITY_ORDER.index(one[0].severity))
    ids = tuple(incident.incident_id for incident, _ in gravest)
    return Delivery(new_id(), receiver, action, ids, now, min(due_at for _, due_at in incidents))
