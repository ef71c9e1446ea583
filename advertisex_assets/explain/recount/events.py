"""Events: bronze rows to events, each once: what is refused and why, who lost to whom, and whose campaign it was."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from advertisex_assets.explain.recount.facts import FeedFacts
from advertisex_assets.explain.recount.records import Row, Unreadable, texts_of
from advertisex_assets.explain.recount.values import Refused, epoch_us, value_of

DAY_US = 86_400_000_000
EPOCH_DAY = date(1970, 1, 1)
EARLIEST_US = 946_684_800_000_000
UNASSIGNED = "(unassigned)"
TABLE_OF_CLASS = {
    "click": "clicks",
    "conversion": "conversions",
    "engagement": "engagements",
    "adjustment": "conversion_adjustments",
}
ORDER = ("received_at", "source", "partition", "offset", "record_index")
Reference = dict[str, list[Row]]


@dataclass(frozen=True)
class Judged:
    """A record with its values, or with the codes that refuse it; `day` is the date that it counts on."""

    row: Row
    values: Row
    codes: tuple[str, ...]
    day: date


def judged(feed: FeedFacts, rows: Iterable[Row]) -> Iterator[Judged]:
    """Every row but those that say nothing new of an event: tombstones, and what a replay brought again."""
    return (_judge(feed, row) for row in rows if row["kind"] not in ("tombstone", "repeat"))


def _judge(feed: FeedFacts, row: Row) -> Judged:
    try:
        texts = texts_of(feed, row)
    except Unreadable:
        return Judged(row, {}, ("undecodable",), row["event_date"])
    values, codes = {}, []
    for column in feed.columns:
        if column.is_required and texts[column.name] is None:
            codes.append(f"missing_{column.name}")
        try:
            values[column.name] = value_of(column, texts[column.name], texts.get(column.basis_column or ""))
        except Refused as refused:
            codes.append(str(refused))
            values[column.name] = None
    moment = values.get("event_at")
    if moment is not None and not EARLIEST_US <= moment <= row["landed_at"] + DAY_US:
        codes.append("time_out_of_range")
    if values.get("event_class") == "adjustment" and _adjusts_nothing(values):
        codes.append("adjusts_nothing")
    day = row["event_date"] if codes or moment is None else EPOCH_DAY + timedelta(days=moment // DAY_US)
    return Judged(row, values, tuple(dict.fromkeys(codes)), day)


def _adjusts_nothing(values: Row) -> bool:
    is_valued = values["revenue_micros"] is not None or values["conversion_type"] == "retraction"
    return values["adjusted_conversion_id"] is None or not is_valued


def standing(feed: FeedFacts, records: Iterable[Judged]) -> tuple[list[Row], list[tuple[Judged, Judged]]]:
    """(the events that stand, each loser with the record it lost to).

    A record loses to any valid record of its event with a smaller order key whose date is within the window.
    """
    groups: dict[Any, list[Judged]] = defaultdict(list)
    for record in records:
        if not record.codes:
            groups[_identity(feed, record)].append(record)
    events, lost = [], []
    for identity, same in groups.items():
        ranked = sorted(same, key=_order)
        for place, record in enumerate(ranked):
            near = (
                other for other in ranked[:place] if abs((other.day - record.day).days) <= feed.window_days
            )
            winner = next(near, None)
            if winner is None:
                events.append(_event(feed, record, identity))
            else:
                lost.append((record, winner))
    return events, lost


def said(feed: FeedFacts, record: Judged) -> tuple[Any, ...]:
    """All that two deliveries of one event must agree in."""
    return tuple(record.values[column.name] for column in feed.columns if column.is_content)


def _identity(feed: FeedFacts, record: Judged) -> Any:
    """The sender's id; without one, what the record says."""
    own = record.values[feed.key]
    return own if own is not None else said(feed, record)


def _order(record: Judged) -> tuple[Any, ...]:
    return tuple(record.row[name] for name in ORDER)


def _event(feed: FeedFacts, record: Judged, identity: Any) -> Row:
    return record.values | {"id": identity, "table": _table(feed, record.values), "event_date": record.day}


def _table(feed: FeedFacts, values: Row) -> str:
    """A conversion below zero that names another one is a refund of it."""
    if "event_class" not in values:
        return feed.table
    is_refund = values.get("adjusted_conversion_id") is not None and (values["revenue_micros"] or 0) < 0
    kind = values["event_class"]
    return TABLE_OF_CLASS["adjustment" if kind == "conversion" and is_refund else kind]


def with_campaign(events: Iterable[Row], reference: Reference) -> list[Row]:
    """The events with the campaign and creative that hold at their time, `(unassigned)` where none does.

    reference: rows of creatives and campaigns with valid_from and valid_to in microseconds. A campaign that the record
    names stands if the reference knows it; else its creative's does. A table without rows doubts nothing.
    """
    creatives, campaigns = (_by_key(reference[name], key) for name, key in KEYS)
    return [_placed(event, creatives, campaigns) for event in events]


KEYS = (("creatives", "creative_id"), ("campaigns", "campaign_id"))
ByKey = dict[str, list[Row]]


def _by_key(rows: list[Row], key: str) -> ByKey:
    found: ByKey = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


def _placed(event: Row, creatives: ByKey, campaigns: ByKey) -> Row:
    creative = _holding(creatives, event["creative_id"], event["event_at"])
    stated = event["campaign_id"]
    if campaigns and not _holding(campaigns, stated, event["event_at"]):
        stated = None
    campaign = stated or (creative["campaign_id"] if creative else None)
    known = event["creative_id"] if creative or not creatives else None
    return event | {"campaign_id": campaign or UNASSIGNED, "creative_id": known or UNASSIGNED}


def _holding(rows: ByKey, key: str | None, moment: int) -> Row | None:
    for row in rows.get(key, []) if key is not None else []:
        begun = row["valid_from"] is None or row["valid_from"] <= moment
        if begun and (row["valid_to"] is None or moment < row["valid_to"]):
            return row
    return None


def campaign_told(feed: FeedFacts, row: Row, reference: Reference) -> str | None:
    """The campaign of a refused record, as far as it tells one; None where it cannot be read or names none."""
    try:
        texts = texts_of(feed, row)
    except Unreadable:
        return None
    noon = (row["event_date"] - EPOCH_DAY).days * DAY_US + DAY_US // 2
    told = {name: (texts.get(name) or "").strip() or None for name in ("campaign_id", "creative_id")}
    event = told | {"event_at": epoch_us(texts["event_at"] or "") or noon}
    campaign = with_campaign([event], reference)[0]["campaign_id"]
    return None if campaign == UNASSIGNED else str(campaign)
