"""Levels: counts against the same hours of other days, scaled by what most of their neighbours do now."""

from collections.abc import Sequence

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
    """The table as a whole: last week's days, each corrected by how its weekday relates to today's."""
    values = totals["total"].to_list()
    like_today = [
        values[age] * _weekday_factor(values, age) for age in range(1, min(days_known, LEVEL_DAYS) + 1)
    ]
    usual = pl.DataFrame({"value": like_today}, schema={"value": pl.Float64})
    expected = usual["value"].median() or 0.0
    spread = usual.filter(pl.col("value") > 0).select(spread_of((pl.col("value") / expected).log())).item()
    row = (signal, str(SegmentKind.ALL), EVERYTHING, values[0], expected, max(spread or 0.0, LEVEL_SPREAD))
    return judged(pl.DataFrame([row], schema=list(nothing_judged().columns), orient="row"))


def _weekday_factor(values: list[int], age: int) -> float:
    """How today's weekday relates to that of `age` days ago, in earlier weeks; 1 before it is known."""
    ratios = [
        values[week] / values[week + age]
        for week in range(WEEK_DAYS, len(values) - age, WEEK_DAYS)
        if values[week] > 0 and values[week + age] > 0
    ]
    if len(ratios) < SEASON_WEEKS:
        return 1.0
    return sorted(ratios)[len(ratios) // 2]


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
