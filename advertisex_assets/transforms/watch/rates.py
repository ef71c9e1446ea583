"""Rates and means: parts of a whole, and amounts per row, against what they usually are."""

from collections.abc import Sequence

import polars as pl

from advertisex_assets.transforms.watch.judged import KEY, judged
from advertisex_assets.transforms.watch.scores import spread_of, weighted_median
from schemas.checks.signals import SegmentKind, Signal
from schemas.checks.thresholds import (
    LEVEL_DAYS,
    LOWEST_EXPECTED_SEASONAL,
    LOWEST_HISTORY,
    LOWEST_HISTORY_DAYS,
    LOWEST_ROWS_OF_MEAN,
    LOWEST_TRIALS,
    MEAN_SPREAD,
    NEIGHBOUR_SPREAD,
    RATE_SPREAD,
    UNSEEN_EVENTS,
)


def judge_rates(signals: Sequence[Signal], hours: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """JUDGED of every segment: observed and expected numerators.

    The usual rate is the median of the same hours of the last week where those hold enough, else of its whole days,
    else the most that what is too rare may have, else that of the neighbours. hours, days: see `windows`.
    """
    same, past = _paired(signals, hours), _recent(_paired(signals, days))
    seasonal = _usual(_recent(same), LOWEST_EXPECTED_SEASONAL)
    daily = _usual(past, LOWEST_HISTORY)
    everything = daily.filter(pl.col("kind") == SegmentKind.ALL)
    known = (
        same.filter(pl.col("age_days") == 0)
        .join(seasonal, on=KEY, how="left")
        .join(daily, on=KEY, how="left", suffix="_daily")
        .join(everything.select("signal", neighbours="usual"), on="signal", how="left")
        .join(_rare(past, LOWEST_TRIALS, "rare"), on=KEY, how="left")
        .join(_rare(_recent(same), 1, "rare_then"), on=KEY, how="left")
    )
    # What only matters when it rises is given the most that the same hours make plausible: nights are different.
    nuisances = [signal.name for signal in signals if signal.falls is None]
    best = pl.coalesce("usual", "usual_daily", "rare", "neighbours")
    usual = (
        pl.when(pl.col("signal").is_in(nuisances)).then(pl.max_horizontal(best, "rare_then")).otherwise(best)
    )
    own = pl.coalesce("spread", "spread_daily", pl.lit(NEIGHBOUR_SPREAD))
    # The whole is a count too: of few clicks no number of conversions follows for sure.
    spread = (own.pow(2) + 1 / pl.col("whole")).sqrt()
    expected = known.with_columns((usual * pl.col("whole")).alias("expected"), spread.alias("spread"))
    return judged(expected.rename({"part": "observed"})).drop_nulls()


def judge_means(signals: Sequence[Signal], hours: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """JUDGED of every segment: observed and expected mean amounts; `spread` is that of the mean itself."""
    enough = pl.col("whole") >= LOWEST_ROWS_OF_MEAN
    now = _paired(signals, hours).filter(enough & (pl.col("age_days") == 0))
    past = _recent(_paired(signals, days)).filter(enough)
    mean = pl.col("part") / pl.col("whole")
    usual = past.group_by(KEY).agg(
        mean.median().alias("expected"),
        spread_of((mean / mean.median()).log()).alias("spread"),
        pl.col("whole").median().alias("rows"),
    )
    # A mean of fewer rows than a whole day's moves more, by the root of their ratio.
    wider = (pl.col("rows") / pl.col("whole")).sqrt().clip(lower_bound=1.0)
    spread = (pl.col("spread").clip(lower_bound=MEAN_SPREAD / 2) * wider).clip(lower_bound=MEAN_SPREAD)
    return judged(now.join(usual, on=KEY).with_columns(mean.alias("observed"), spread.alias("spread")))


def _paired(signals: Sequence[Signal], windows: pl.DataFrame) -> pl.DataFrame:
    """KEY, age_days, part, whole; wholes of zero are left out."""
    wanted = pl.DataFrame(
        [(s.name, s.numerator, s.denominator, str(kind)) for s in signals for kind in s.segments],
        schema=["signal", "numerator", "denominator", "kind"],
        orient="row",
    )
    whole = wanted.join(windows, left_on=["kind", "denominator"], right_on=["kind", "measure"])
    part = windows.rename({"measure": "numerator", "value": "part"})
    paired = whole.join(part, on=["kind", "segment", "numerator", "age_days"], how="left")
    return paired.filter(pl.col("value") > 0).select(
        *KEY, "age_days", pl.col("part").fill_null(0), pl.col("value").alias("whole")
    )


def _recent(pairs: pl.DataFrame) -> pl.DataFrame:
    return pairs.filter(pl.col("age_days").is_between(1, LEVEL_DAYS))


def _rare(past: pl.DataFrame, trials: int, name: str) -> pl.DataFrame:
    """KEY, and the highest rate that goes well with what was seen in at least so many trials."""
    totals = past.group_by(KEY).agg(pl.col("part").sum(), pl.col("whole").sum())
    rate = (pl.col("part") + UNSEEN_EVENTS) / pl.col("whole")
    return totals.filter(pl.col("whole") >= trials).select(*KEY, rate.alias(name))


def _usual(past: pl.DataFrame, lowest: int) -> pl.DataFrame:
    """KEY, usual, spread of segments whose past holds at least so many events of the part.

    A segment that never had any says nothing: its neighbours know better.
    """
    lasting = (pl.col("part").sum().over(KEY) >= lowest) & (pl.len().over(KEY) >= LOWEST_HISTORY_DAYS)
    known = past.filter(lasting)
    usual = weighted_median(pl.col("part") / pl.col("whole"), pl.col("whole")).over(KEY)
    expected = pl.col("usual") * pl.col("whole")
    beyond = spread_of((pl.col("part") - expected) / expected).pow(2) - 1 / expected.median()
    spread = beyond.clip(lower_bound=RATE_SPREAD**2).sqrt()
    rated = known.with_columns(usual.alias("usual")).filter(pl.col("usual") > 0)
    return rated.group_by(KEY).agg(pl.col("usual").first(), spread.alias("spread"))
