"""Scores: how far an observation lies from what is usual, in standard deviations; robust to single bad days."""

import polars as pl

MAD_TO_SIGMA = 1.4826
"""The standard deviation of normal data per median absolute deviation."""


def spread_of(deviation: pl.Expr) -> pl.Expr:
    """The robust standard deviation of an aggregate's values around zero."""
    return deviation.abs().median() * MAD_TO_SIGMA


def count_score(observed: pl.Expr, expected: pl.Expr, spread: pl.Expr) -> pl.Expr:
    """The score of a count whose expectation itself is uncertain by the relative `spread`.

    The signed root of the Poisson deviance is close to normal in both tails, also for an observation of zero.
    """
    log_ratio = pl.when(observed > 0).then((observed / expected).log()).otherwise(0.0)
    deviance = 2 * (observed * log_ratio - (observed - expected))
    score = (observed - expected).sign() * deviance.clip(lower_bound=0).sqrt()
    return score / (1 + spread.pow(2) * expected).sqrt()


def weighted_median(value: pl.Expr, weight: pl.Expr) -> pl.Expr:
    """The value at which half of the weight lies on either side; null without rows."""
    ordered = value.sort_by(value)
    weights = weight.sort_by(value)
    return ordered.filter(weights.cum_sum() * 2 >= weights.sum()).first()
