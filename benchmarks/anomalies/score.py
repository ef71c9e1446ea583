"""Score: which planted faults raise an alarm about the right thing, how soon, and what clean weeks raise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from advertisex_assets.transforms.watch.anomalies import find_anomalies
from advertisex_assets.transforms.watch.causes import Cause, causes_of
from benchmarks.anomalies.traffic import activity_at, known_changes, seen_tables
from resources.sample_traffic.config import PlantedFault, TrafficConfig, epoch_us
from schemas.checks.signals import signals_of
from schemas.checks.thresholds import BUCKET_US, HOUR_US
from schemas.discover import all_feeds

STEP_US = HOUR_US
"""How often the benchmark looks; production looks every quarter of an hour."""

GRACE_US = BUCKET_US
"""Rows of a quarter hour are judged this long after its end."""


@dataclass(frozen=True)
class Verdict:
    """What became of one planted fault: hours until the first alarm about it, None if it was missed."""

    fault: PlantedFault
    hours: float | None
    key: str | None


def alarms(config: TrafficConfig, since_us: int, until_us: int) -> Iterator[tuple[int, Cause]]:
    """Every (time, cause) while looking from since_us to until_us, as it would have been seen live."""
    tables = seen_tables(config)
    changes = known_changes(config, tables)
    signals = signals_of(all_feeds())
    complete = activity_at(tables, None)
    for now_us in range(since_us, until_us + 1, STEP_US):
        # The past is complete, the last day is as it had arrived by then.
        fresh = activity_at([seen.since(now_us - 2 * 24 * HOUR_US) for seen in tables], now_us + GRACE_US)
        day_us = now_us - 24 * HOUR_US
        activity = pl.concat(
            [complete.filter(pl.col("bucket_us") < day_us), fresh.filter(pl.col("bucket_us") >= day_us)]
        )
        for cause in causes_of(find_anomalies(activity, now_us, signals, changes)):
            yield now_us, cause


def verdicts(config: TrafficConfig) -> list[Verdict]:
    """One per planted fault of the run; faults must not overlap."""
    result = []
    for fault in config.planted_faults:
        start_us, end_us = epoch_us(fault.start), epoch_us(fault.end)
        found = next(
            ((at, cause) for at, cause in alarms(config, start_us + STEP_US, end_us) if about(cause, fault)),
            None,
        )
        hours = (found[0] - start_us) / HOUR_US if found else None
        result.append(Verdict(fault, hours, found[1].key if found else None))
    return result


def about(cause: Cause, fault: PlantedFault) -> bool:
    """Whether the cause names what the fault hit."""
    target = fault.campaign_or_site
    named = {anomaly.segment for anomaly in (cause.main, *cause.others)}
    return cause.key.startswith("all/") if target is None else target in named


def false_alarms(config: TrafficConfig, since_us: int, until_us: int) -> list[tuple[int, Cause]]:
    """The first alarm of each cause in a stretch without faults."""
    first: dict[str, tuple[int, Cause]] = {}
    for at_us, cause in alarms(config, since_us, until_us):
        first.setdefault(cause.key, (at_us, cause))
    return list(first.values())


def week(config: TrafficConfig, number: int) -> tuple[int, int]:
    """Start and end of a week of the run."""
    start = config.start_at + timedelta(weeks=number)
    return epoch_us(start), epoch_us(start + timedelta(weeks=1))
