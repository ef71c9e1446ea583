"""Seeded randomness as columns: the same seed, chunk and name always give the same numbers.

Not here: what the numbers mean. Every draw has a name of its own, so that adding one never shifts the others.
"""

import array
import random
from collections.abc import Sequence
from itertools import accumulate

import polars as pl

GOLDEN_GAMMA = 0x9E3779B97F4A7C15
"""The increment of splitmix64 (Steele, Lea and Flood, 2014)."""


class Draws:
    """Random columns of one chunk of one run."""

    def __init__(self, seed: int, chunk: int | str) -> None:
        self._prefix = f"{seed}/{chunk}"

    def uniform(self, name: str, count: int) -> pl.Series:
        """Float64 in [0, 1)."""
        # 53 bits fill a double's mantissa; all 64 could round up to 1.
        return (self._bits(name, count) // 2**11).cast(pl.Float64) * 2.0**-53

    def integers(self, name: str, count: int, below: int) -> pl.Series:
        """Int64 in [0, below)."""
        return (self._bits(name, count) % below).cast(pl.Int64)

    def exponential(self, name: str, count: int, mean: float) -> pl.Series:
        """Float64 waiting times."""
        return -mean * (1.0 - self.uniform(name, count)).log()

    def spread(self, name: str, count: int) -> pl.Series:
        """Float64 factors around 1, roughly log-normal, between 0.3 and 3.4."""
        bell = sum(
            (self.uniform(f"{name}/{i}", count) for i in range(1, 3)), start=self.uniform(f"{name}/0", count)
        )
        return ((bell - 1.5) * 0.8).exp()

    def chance(self, name: str, count: int, probability: float) -> pl.Series:
        """Boolean, true with the probability."""
        return self.uniform(name, count) < probability

    def pick(self, name: str, count: int, weights: Sequence[float]) -> pl.Series:
        """UInt32 index of one of the weights, drawn in their proportion."""
        return pick(self.uniform(name, count), weights)

    def _bits(self, name: str, count: int) -> pl.Series:
        source = random.Random(f"{self._prefix}/{name}")
        return pl.Series(name, array.array("Q", source.randbytes(8 * count)), dtype=pl.UInt64)


def pick(uniform: pl.Series, weights: Sequence[float]) -> pl.Series:
    """UInt32 index into the weights for each number in [0, 1)."""
    total = sum(weights)
    # The last bound stays out: rounding could leave it below a draw.
    bounds = pl.Series([w / total for w in accumulate(weights)][:-1], dtype=pl.Float64)
    return pl.Series(bounds.search_sorted(uniform, side="right"), dtype=pl.UInt32)


def mixed(value: pl.Expr, salt: int) -> pl.Expr:
    """UInt64 hash of a non-negative integer column (splitmix64), a different one for each salt."""
    z = value.cast(pl.UInt64) * 0xD1342543DE82EF95 + (salt + 1) * GOLDEN_GAMMA % 2**64
    z = (z ^ (z // 2**30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z // 2**27)) * 0x94D049BB133111EB
    return z ^ (z // 2**31)


def mixed_uniform(value: pl.Expr, salt: int) -> pl.Expr:
    """Float64 in [0, 1) that depends on the value and the salt alone."""
    return (mixed(value, salt) // 2**11).cast(pl.Float64) * 2.0**-53
