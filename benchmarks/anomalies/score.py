"""Score: which planted faults raise an alarm about the right thing, how soon, and what clean weeks raise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from advertisex_assets.transforms.watch.anomalies import find_anomalies
from advertisex_assets.transforms.watch.causes import Cause, causes_of
from advertisex_assets.transforms.watch.explain import explain
from benchmarks.anomalies.traffic import activity_at, known_changes, seen_tables
from resources.sample_traffic.config import PlantedFault, TrafficConfig, epoch_us
from schemas.checks.signals import signals_of
from schemas.checks.thresholds import BUCKET_US, DAY_US, HOUR_US
from schemas.discover import all_feeds, feed_named

STEP_US = 2 * HOUR_US
"""How often a clean week is looked at: windows overlap, so that more looks see the same hours again."""

FINE_STEP_US = 2 * BUCKET_US
"""How often a fault is looked for; production looks twice as often."""

GRACE_US = BUCKET_US
"""Rows of a quarter hour are judged this long after its end."""


@dataclass(frozen=True)
class Verdict:
    """What became of one planted fault: hours until the first alarm about it, None if it was missed."""

    fault: PlantedFault
    hours: float | None
    sentence: str = ""


class Watched:
    """One run of sample traffic, looked at from any moment of it as one would have seen it live."""

    def __init__(self, config: TrafficConfig) -> None:
        self._tables = seen_tables(config)
        self._changes = known_changes(config, self._tables)
        self._signals = signals_of(all_feeds())
        self._complete = activity_at(self._tables, None)

    def alarms(self, since_us: int, until_us: int, step_us: int) -> Iterator[tuple[int, Cause]]:
        """Every (time, cause) while looking from since_us to until_us."""
        for now_us in range(since_us, until_us + 1, step_us):
            for cause in causes_of(
                find_anomalies(self._activity(now_us), now_us, self._signals, self._changes)
            ):
                yield now_us, cause

    def _activity(self, now_us: int) -> pl.DataFrame:
        """The past is complete, the last day is as it had arrived by then."""
        day_us = now_us - DAY_US
        recent = [seen.since(day_us - DAY_US) for seen in self._tables]
        fresh = activity_at(recent, now_us + GRACE_US).filter(pl.col("bucket_us") >= day_us)
        return pl.concat([self._complete.filter(pl.col("bucket_us") < day_us), fresh])


def verdicts(config: TrafficConfig) -> list[Verdict]:
    """One per planted fault of the run."""
    watched = Watched(config)
    return [_verdict(watched, fault) for fault in config.planted_faults]


def _verdict(watched: Watched, fault: PlantedFault) -> Verdict:
    """Only what was not told before the fault began counts: an earlier fault may still be going on."""
    start_us, end_us = epoch_us(fault.start), epoch_us(fault.end)
    before = {_identity(cause) for _, cause in watched.alarms(start_us, start_us, FINE_STEP_US)}
    for at_us, cause in watched.alarms(start_us + FINE_STEP_US, end_us, FINE_STEP_US):
        if about(cause, fault) and _identity(cause) not in before:
            return Verdict(fault, (at_us - start_us) / HOUR_US, explain(cause))
    return Verdict(fault, None)


def _identity(cause: Cause) -> tuple[str, str]:
    return cause.key, cause.main.signal.name


def about(cause: Cause, fault: PlantedFault) -> bool:
    """Whether the cause names what the fault hit: its campaign or site, or a table of its feed as a whole."""
    found = (cause.main, *cause.others)
    if fault.campaign_or_site is not None:
        return any(anomaly.segment == fault.campaign_or_site for anomaly in found)
    tables = {output.table for output in feed_named(fault.feed).outputs} | {fault.feed}
    return cause.key.startswith("all/") and any(anomaly.signal.table in tables for anomaly in found)


def false_alarms(config: TrafficConfig, since_us: int, until_us: int) -> list[tuple[int, Cause]]:
    """The first alarm of each cause in a stretch without faults."""
    first: dict[str, tuple[int, Cause]] = {}
    for at_us, cause in Watched(config).alarms(since_us, until_us, STEP_US):
        first.setdefault(cause.key, (at_us, cause))
    return list(first.values())


def week(config: TrafficConfig, number: int) -> tuple[int, int]:
    """Start and end of a week of the run."""
    start = config.start_at + timedelta(weeks=number)
    return epoch_us(start), epoch_us(start + timedelta(weeks=1))
