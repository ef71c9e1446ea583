"""Causes: many anomalies that have one reason become one, so that a person is told once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from advertisex_assets.transforms.watch.anomalies import Anomaly
from schemas.checks.signals import EVERYTHING, UPSTREAM, SegmentKind, SignalKind

MOST = 0.5
"""When segments that make half of a table deviate alike, the table does."""

ACCOUNTED = 0.6
"""Of the whole's deviation: chance and other windows take their part."""

RANK = {SignalKind.LEVEL: 0, SignalKind.MEAN: 1, SignalKind.RATE: 2}
"""Events that are missing explain rates that are odd, never the other way round."""


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong: the anomaly that says most about it, and those that follow from it.

    `key` is the same for as long as the cause lasts: incidents are deduplicated by it.
    """

    key: str
    main: Anomaly
    others: tuple[Anomaly, ...]


def causes_of(anomalies: Iterable[Anomaly]) -> list[Cause]:
    """The causes behind the anomalies of one moment, the strongest first."""
    grouped: dict[str, list[Anomaly]] = {}
    kept = _widened(list(anomalies))
    for anomaly in _unexplained(kept):
        grouped.setdefault(_key(anomaly, kept), []).append(anomaly)
    causes = [_cause(key, group) for key, group in grouped.items()]
    return sorted(causes, key=lambda cause: (RANK[cause.main.signal.kind], -abs(cause.main.score)))


def _widened(anomalies: list[Anomaly]) -> list[Anomaly]:
    """Where most segments deviate alike, the whole does: one anomaly stands for them."""
    alike: dict[tuple[str, str, bool], list[Anomaly]] = {}
    for anomaly in anomalies:
        alike.setdefault((anomaly.signal.name, anomaly.kind, anomaly.change > 0), []).append(anomaly)
    result = []
    for group in alike.values():
        several = len(group) > 1 and sum(anomaly.weight for anomaly in group) >= MOST
        strongest = max(group, key=lambda anomaly: abs(anomaly.score))
        result += [replace(strongest, kind=str(SegmentKind.ALL), segment=EVERYTHING)] if several else group
    return result


def _unexplained(anomalies: Sequence[Anomaly]) -> list[Anomaly]:
    """Without segments that only follow the whole, or without a whole that only follows some segments."""
    wholes = {_series(one): one for one in anomalies if one.kind == SegmentKind.ALL}
    led = {series for series, whole in wholes.items() if _is_made_by_segments(whole, anomalies)}
    return [
        one
        for one in anomalies
        if _series(one) not in wholes or (one.kind == SegmentKind.ALL) != (_series(one) in led)
    ]


def _series(anomaly: Anomaly) -> tuple[str, bool]:
    return anomaly.signal.name, anomaly.change > 0


def _is_made_by_segments(whole: Anomaly, anomalies: Sequence[Anomaly]) -> bool:
    """Whether the segments that deviate more than the rest account for most of the whole's deviation."""
    for kind in SegmentKind:
        parts = [
            one for one in anomalies if one.kind == kind != SegmentKind.ALL and _series(one) == _series(whole)
        ]
        made = sum(one.observed - one.expected for one in parts) / (whole.observed - whole.expected)
        if sum(one.weight for one in parts) < MOST and made >= ACCOUNTED:
            return True
    return False


def _key(anomaly: Anomaly, anomalies: Sequence[Anomaly]) -> str:
    if anomaly.kind != SegmentKind.ALL:
        return f"{anomaly.kind}/{anomaly.segment}"
    levels = {
        a.signal.table for a in anomalies if a.kind == SegmentKind.ALL and a.signal.kind is SignalKind.LEVEL
    }
    return f"{SegmentKind.ALL}/{_source(anomaly, levels)}"


def _source(anomaly: Anomaly, levels: set[str]) -> str:
    """The highest table upstream without a gap whose own level deviates; else the anomaly's table."""
    table = anomaly.signal.table
    if anomaly.signal.denominator is not None and table not in levels:
        whole = anomaly.signal.denominator.partition(":")[0]
        table = whole if whole in levels else table
    while UPSTREAM.get(table) in levels:
        table = UPSTREAM[table]
    return table


def _cause(key: str, group: list[Anomaly]) -> Cause:
    order = {table: place for place, table in enumerate(("bid_requests", *UPSTREAM))}

    def rank(anomaly: Anomaly) -> tuple[int, int, float]:
        place = order.get(anomaly.signal.table, len(order))
        return RANK[anomaly.signal.kind], place, -abs(anomaly.score)

    ordered = sorted(group, key=rank)
    return Cause(key, ordered[0], tuple(ordered[1:]))
