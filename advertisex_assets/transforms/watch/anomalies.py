"""Anomalies: every signal of every segment judged over windows of several lengths that end now."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from advertisex_assets.transforms.watch.judged import KEY
from advertisex_assets.transforms.watch.levels import judge_levels
from advertisex_assets.transforms.watch.rates import judge_means, judge_rates
from advertisex_assets.transforms.watch.scores import count_score
from advertisex_assets.transforms.watch.windows import days_before, same_hours, whole_days
from schemas.checks.signals import EVERYTHING, SegmentKind, Signal, SignalKind
from schemas.checks.thresholds import (
    DAY_US,
    HISTORY_DAYS,
    LOWEST_EXPECTED,
    LOWEST_OBSERVED,
    LOWEST_SCORE,
    LOWEST_SEGMENT_SCORE,
    TELLING_DEVIATIONS,
    WINDOWS_US,
)

NEVER = float("inf")
"""The smallest deviation of a direction that does not matter."""


HALF = 0.5
"""What shows less than half of its deviation lately is rather over than not."""


@dataclass(frozen=True)
class Anomaly:
    """One signal of one segment that is far from usual over [since_us, until_us).

    observed and expected are counts (of the numerator) or mean amounts; `score` is in standard deviations; `weight` is
    the segment's part of what is expected of all judged segments of its kind.
    """

    signal: Signal
    kind: str
    segment: str
    since_us: int
    until_us: int
    observed: float
    expected: float
    score: float
    weight: float

    @property
    def change(self) -> float:
        """The relative deviation: -0.3 is 30 % below usual."""
        return self.observed / self.expected - 1


def find_anomalies(
    activity: pl.DataFrame, now_us: int, signals: Sequence[Signal], changes: pl.DataFrame | None = None
) -> list[Anomaly]:
    """What is anomalous in the windows that end at `now_us`, the strongest window of each series.

    activity: `activity.ACTIVITY_SCHEMA`, complete up to now_us. changes (kind, segment, at_us): segments known to have
    changed for a good reason (budget spent, creative moved) are not judged before their new life fills the history.
    """
    activity = _without_changed(activity, changes, now_us) if changes is not None else activity
    judged = pl.concat([_judged_in(activity, now_us, window_us, signals) for window_us in WINDOWS_US])
    strongest = (
        _far_enough(judged, signals).sort(pl.col("score").abs()).unique(KEY, keep="last", maintain_order=True)
    )
    by_name = {signal.name: signal for signal in signals}
    return [
        Anomaly(by_name[name], kind, segment, now_us - window_us, now_us, *values)
        for name, kind, segment, window_us, *values in strongest.iter_rows()
    ]


def _without_changed(activity: pl.DataFrame, changes: pl.DataFrame, now_us: int) -> pl.DataFrame:
    """The activity without the changed segments, which are taken out of the wholes as well."""
    recent = changes.filter(pl.col("at_us").is_between(now_us - HISTORY_DAYS * DAY_US, now_us))
    segment = ["kind", "segment"]
    left_out = activity.join(recent.select(segment).unique(), on=segment, how="semi")
    negative = left_out.with_columns(
        pl.lit(str(SegmentKind.ALL)).alias("kind"), pl.lit(EVERYTHING).alias("segment"), -pl.col("value")
    )
    return pl.concat([activity.join(left_out.select(segment).unique(), on=segment, how="anti"), negative])


def _judged_in(
    activity: pl.DataFrame, now_us: int, window_us: int, signals: Sequence[Signal]
) -> pl.DataFrame:
    """JUDGED with `score` and `window_us`."""
    hours = same_hours(activity, now_us, window_us)
    days = whole_days(activity, now_us - window_us)
    levels, rates, means = ([s for s in signals if s.kind is kind] for kind in SignalKind)
    known = days_before(activity, now_us - window_us)
    counted = pl.concat([judge_levels(levels, hours, known), judge_rates(rates, hours, days)])
    scored = pl.concat([_scored_counts(counted), _scored_means(judge_means(means, hours, days))])
    return scored.with_columns(pl.lit(window_us, pl.Int64).alias("window_us"))


def _scored_counts(counted: pl.DataFrame) -> pl.DataFrame:
    score = count_score(pl.col("observed"), pl.col("expected"), pl.col("spread"))
    enough = (pl.col("expected") >= LOWEST_EXPECTED) | (pl.col("observed") >= LOWEST_OBSERVED)
    return counted.filter(enough & (pl.col("expected") > 0)).with_columns(score.alias("score"))


def _scored_means(means: pl.DataFrame) -> pl.DataFrame:
    score = (pl.col("observed") / pl.col("expected")).log() / pl.col("spread")
    return means.filter(pl.col("expected") > 0).with_columns(score.alias("score"))


def _far_enough(judged: pl.DataFrame, signals: Sequence[Signal]) -> pl.DataFrame:
    """KEY, window_us, observed, expected, score, weight of what is unlikely, large enough to matter, and still so."""
    limits = pl.DataFrame(
        [
            (s.name, NEVER if s.falls is None else s.falls, NEVER if s.rises is None else s.rises)
            for s in signals
        ],
        schema={"signal": pl.String, "falls": pl.Float64, "rises": pl.Float64},
        orient="row",
    )
    change = pl.col("observed") / pl.col("expected") - 1
    weight = pl.col("expected") / pl.col("expected").sum().over("signal", "kind", "window_us")
    weighed = judged.with_columns(change.alias("change"), weight.alias("weight"))
    matters = (pl.col("change") <= -pl.col("falls")) | (pl.col("change") >= pl.col("rises"))
    lowest = pl.when(pl.col("kind") == SegmentKind.ALL).then(LOWEST_SCORE).otherwise(LOWEST_SEGMENT_SCORE)
    far = weighed.join(limits, on="signal").filter(matters & (pl.col("score").abs() >= lowest))
    kept = far.join(_over(far, weighed), on=[*KEY, "window_us"], how="anti")
    return kept.select(*KEY, "window_us", "observed", "expected", "score", "weight")


def _over(far: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """KEY, window_us of what is over: the latest stretch that is long enough to tell shows less than half of it.

    A day-long window remembers a fault for a day. Long enough: chance alone would not halve the deviation there.
    """
    shorter = judged.select(*KEY, latest_us="window_us", latest="change", events="expected")
    pairs = far.select(*KEY, "window_us", "change").join(shorter, on=KEY).sort("latest_us")
    enough = pl.col("events") >= (TELLING_DEVIATIONS / (pl.col("change") * HALF)) ** 2
    telling = pairs.filter(enough & (pl.col("latest_us") <= pl.col("window_us")))
    latest = telling.unique([*KEY, "window_us"], keep="first", maintain_order=True)
    return latest.filter(pl.col("latest") / pl.col("change") < HALF).select(*KEY, "window_us")
