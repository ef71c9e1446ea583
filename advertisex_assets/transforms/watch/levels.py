"""Levels: counts against the same hours of other days, scaled by what most of their neighbours do now."""

from collections.abc import Sequence
from statistics import median

import polars as pl

from advertisex_assets.transforms.watch.judged import KEY, judged, nothing_judged
from advertisex_assets.transforms.watch.scores import spread_of, weighted_median
from schemas.checks.signals import EVERYTHING, SegmentKind, Signal
from schemas.checks.thresholds import LEVEL_DAYS, LEVEL_SPREAD, SEASON_WEEKS, WARM_UP_DAYS

WEEK_DAYS = 7


def judge_levels(signals: Sequence[Signal], hours: pl.DataFrame, days_known: int) -> pl.DataFrame:
    """JUDGED of every segment; empty before the warm-up is over.

    hours: `windows.same_hours` without series that are known to have changed. days_known: how many earlier days the
    activity covers as a whole.
    """
    names = pl.DataFrame({"measure": [s.numerator for s in signals], "signal": [s.name for s in signals]})
    series = hours.join(names, on="measure").drop("measure")
    if days_known < WARM_UP_DAYS or series.is_empty():
        return nothing_judged()
    totals = _totals(series, days_known)
    wholes = [_whole(str(name), group, days_known) for (name,), group in totals.group_by("signal")]
    segments = series.filter(pl.col("kind") != SegmentKind.ALL)
    return pl.concat([*wholes, _segments(segments, totals, min(days_known, LEVEL_DAYS))])


def _totals(series: pl.DataFrame, days_known: int) -> pl.DataFrame:
    """signal, age_days, total: every age, also those without events."""
    ages = pl.DataFrame({"age_days": range(days_known + 1)}, schema={"age_days": pl.Int64})
    grid = series.select("signal").unique().join(ages, how="cross")
    everything = series.filter(pl.col("kind") == SegmentKind.ALL).select(
        "signal", "age_days", pl.col("value").alias("total")
    )
    filled = grid.join(everything, on=["signal", "age_days"], how="left").with_columns(
        pl.col("total").fill_null(0)
    )
    return filled.sort("signal", "age_days")


def _whole(signal: str, totals: pl.DataFrame, days_known: int) -> pl.DataFrame:
    """The table as a whole, against last week's days."""
    values = totals["total"].to_list()
    ages = range(1, min(days_known, LEVEL_DAYS) + 1)
    pairs = {age: _weekday_ratios(values, age) for age in ages}
    plain = [float(values[age]) for age in ages]
    seasonal = [values[age] * _median(pairs[age]) for age in ages if pairs[age]]
    sure = len(seasonal) == len(plain) and min(len(ratios) for ratios in pairs.values()) >= SEASON_WEEKS
    # Until weekdays are known for sure, what is usual for either this weekday or any day is usual.
    candidates = [seasonal] if sure else [plain, seasonal] if seasonal else [plain]
    expected, spread = min((_usual(days) for days in candidates), key=lambda usual: abs(values[0] - usual[0]))
    row = (signal, str(SegmentKind.ALL), EVERYTHING, values[0], expected, max(spread, LEVEL_SPREAD))
    return judged(pl.DataFrame([row], schema=list(nothing_judged().columns), orient="row"))


def _usual(days: list[float]) -> tuple[float, float]:
    """The median of some days, and how far they spread around it."""
    expected = _median(days)
    values = pl.DataFrame({"value": days}, schema={"value": pl.Float64}).filter(pl.col("value") > 0)
    spread = values.select(spread_of((pl.col("value") / expected).log())).item() if expected else None
    return expected, spread or 0.0


def _weekday_ratios(values: list[int], age: int) -> list[float]:
    """How today's weekday related to that of `age` days ago, in each earlier week."""
    return [
        values[week] / values[week + age]
        for week in range(WEEK_DAYS, len(values) - age, WEEK_DAYS)
        if values[week] > 0 and values[week + age] > 0
    ]


def _median(values: list[float]) -> float:
    return float(median(values)) if values else 0.0


def _segments(series: pl.DataFrame, totals: pl.DataFrame, days: int) -> pl.DataFrame:
    """Segments: their usual share of the table, times the size that most segments agree on now."""
    days_seen = totals.filter(pl.col("age_days") <= days)
    grid = series.select(KEY).unique().join(days_seen, on="signal")
    known = grid.join(series, on=[*KEY, "age_days"], how="left").with_columns(pl.col("value").fill_null(0))
    usual = _usual_shares(known.filter((pl.col("age_days") > 0) & (pl.col("total") > 0)))
    now = usual.join(known.filter(pl.col("age_days") == 0), on=KEY)
    size = weighted_median(pl.col("value") / pl.col("share"), pl.col("share")).over("signal", "kind")
    expected = pl.col("share") * size
    return judged(now.with_columns(pl.col("value").alias("observed"), expected.alias("expected")))


def _usual_shares(past: pl.DataFrame) -> pl.DataFrame:
    """KEY, share (the median over days), spread (from day to day, beyond what counting alone makes)."""
    share = (pl.col("value") / pl.col("total")).median().over(KEY)
    shared = past.with_columns(share.alias("share")).filter(pl.col("share") > 0)
    expected = pl.col("share") * pl.col("total")
    beyond = spread_of((pl.col("value") - expected) / expected).pow(2) - 1 / expected.median()
    spread = beyond.clip(lower_bound=LEVEL_SPREAD**2).sqrt()
    return shared.group_by(KEY).agg(pl.col("share").first(), spread.alias("spread"))
