"""Judged: the shape in which every kind of signal says what it saw and what is usual."""

import polars as pl

KEY = ("signal", "kind", "segment")

JUDGED = {
    "signal": pl.String(),
    "kind": pl.String(),
    "segment": pl.String(),
    "observed": pl.Float64(),
    "expected": pl.Float64(),
    "spread": pl.Float64(),
}
"""signal: its name; observed, expected: counts or mean amounts; spread: the relative uncertainty of expected."""


def judged(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with exactly those columns and types."""
    return rows.select(pl.col(name).cast(dtype) for name, dtype in JUDGED.items())


def nothing_judged() -> pl.DataFrame:
    """No rows."""
    return pl.DataFrame(schema=JUDGED)
