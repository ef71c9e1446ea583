"""Explain: an anomaly in one sentence that a person can act on."""

from datetime import UTC, datetime

from advertisex_assets.transforms.watch.anomalies import Anomaly
from advertisex_assets.transforms.watch.causes import Cause
from schemas.checks.signals import SegmentKind, SignalKind

MANY_TIMES = 1.0
"""From twice the usual value on, a factor reads better than a percentage."""

MICROS = 1_000_000


def explain(cause: Cause) -> str:
    """One sentence on the main anomaly, and what else deviates because of it."""
    also = sorted({_subject(anomaly) for anomaly in cause.others} - {_subject(cause.main)})
    return sentence(cause.main) + (f" Also unusual: {', '.join(also)}." if also else "")


def sentence(anomaly: Anomaly) -> str:
    """What deviates, by how much, from what, since when (UTC)."""
    subject = _subject(anomaly)
    verb = "are" if anomaly.signal.kind is SignalKind.LEVEL else "is"
    whose = "their" if anomaly.signal.kind is SignalKind.LEVEL else "its"
    since = datetime.fromtimestamp(anomaly.since_us / MICROS, UTC)
    usual = f"{whose} usual {_usual(anomaly, since)} since {since:%Y-%m-%d %H:%M} UTC"
    return f"{subject[0].upper()}{subject[1:]} {verb} {_deviation(anomaly)} {usual}."


def _subject(anomaly: Anomaly) -> str:
    if anomaly.kind == SegmentKind.ALL:
        return anomaly.signal.words
    return f"{anomaly.signal.words} of {anomaly.kind} {anomaly.segment}"


def _deviation(anomaly: Anomaly) -> str:
    if anomaly.change >= MANY_TIMES:
        return f"{anomaly.observed / anomaly.expected:.1f} times"
    side = "above" if anomaly.change > 0 else "below"
    return f"{abs(anomaly.change):.0%} {side}".replace("%", " %")


def _usual(anomaly: Anomaly, since: datetime) -> str:
    if anomaly.signal.kind is SignalKind.MEAN:
        return f"{anomaly.expected / MICROS:.4g}"
    if anomaly.signal.kind is SignalKind.RATE:
        return f"value ({anomaly.expected:,.0f} expected, {anomaly.observed:,.0f} seen)"
    return f"{since:%H:%M} level ({anomaly.expected:,.0f} expected, {anomaly.observed:,.0f} seen)"
