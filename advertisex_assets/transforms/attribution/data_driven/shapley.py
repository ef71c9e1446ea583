"""Shapley value of each channel, for the game "conversion rate of the journeys that need only these channels".

Not here: counting (`coalitions`), turning values into credit (`train`). v(S) = conversions / journeys among journeys
whose channels all belong to S, 0 where there are none; a channel's value is its mean gain over all orders of joining.
The values sum to the conversion rate of all journeys. A value below 0 means that journeys with the channel convert
less.
"""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EXACT_CHANNELS = 16
"""Exact up to here: 2**16 coalitions are milliseconds; each further channel doubles time and memory."""

DEFAULT_ORDERS = 2_000
"""Sampled orders beyond: the standard error of a value is its gains' deviation over the square root of this."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shapley:
    """Values and their standard errors by channel code; errors are 0 where the values are exact."""

    values: tuple[float, ...]
    standard_errors: tuple[float, ...]


def shapley_values(
    counts: Iterable[tuple[int, int, int]], channels: int, seed: int, orders: int = DEFAULT_ORDERS
) -> Shapley:
    """Value per code 0 .. channels - 1, from (channels bit set, journeys, conversions) rows of `coalitions`.

    Exact up to EXACT_CHANNELS channels; beyond, the mean over `orders` random orders drawn from `seed`.
    """
    rows = np.array(sorted(counts), dtype=np.int64).reshape(-1, 3)
    if channels <= EXACT_CHANNELS:
        return Shapley(tuple(_exact(rows, channels).tolist()), (0.0,) * channels)
    return _sampled(rows, channels, random.Random(seed), orders)


def _exact(rows: NDArray[np.int64], channels: int) -> Floats:
    rate = _rates(_within(rows[:, 0], rows[:, 2], channels), _within(rows[:, 0], rows[:, 1], channels))
    sets = np.arange(2**channels)
    size = np.array([members.bit_count() for members in range(2**channels)])
    # A set of k channels precedes a given newcomer in k! (n - k - 1)! of the n! orders.
    weight = np.array([1 / (channels * math.comb(channels - 1, k)) for k in range(channels)])
    values = np.zeros(channels)
    for code in range(channels):
        without = sets[sets & (1 << code) == 0]
        values[code] = weight[size[without]] @ (rate[without | (1 << code)] - rate[without])
    return values


def _within(members: NDArray[np.int64], counts: NDArray[np.int64], channels: int) -> Floats:
    """For every set, the sum of counts over its subsets."""
    totals = np.bincount(members, weights=counts, minlength=2**channels).astype(np.float64)
    for code in range(channels):
        halves = totals.reshape(-1, 2, 2**code)
        halves[:, 1, :] += halves[:, 0, :]
    return totals


def _sampled(rows: NDArray[np.int64], channels: int, draw: random.Random, orders: int) -> Shapley:
    if orders < 2:
        raise ValueError(f"a standard error needs at least 2 orders, not {orders}")
    is_member = (rows[:, :1] >> np.arange(channels)) & 1 == 1
    total, squares = np.zeros(channels), np.zeros(channels)
    order = list(range(channels))
    for _ in range(orders):
        draw.shuffle(order)
        gain = _gains(rows, is_member, np.array(order))
        total += gain
        squares += gain * gain
    mean = total / orders
    variance = np.maximum(squares / orders - mean * mean, 0) / (orders - 1)
    return Shapley(tuple(mean.tolist()), tuple(np.sqrt(variance).tolist()))


def _gains(rows: NDArray[np.int64], is_member: NDArray[np.bool_], order: NDArray[np.int64]) -> Floats:
    """What each channel adds to the rate when channels join in this order."""
    turn = np.empty_like(order)
    turn[order] = np.arange(len(order))
    # A journey counts from the turn at which the last of its channels has joined.
    complete = np.where(is_member, turn, -1).max(axis=1, initial=-1)
    journeys, conversions = (
        np.cumsum(np.bincount(complete, weights=rows[:, column], minlength=len(order))).astype(np.float64)
        for column in (1, 2)
    )
    gains = np.empty(len(order))
    gains[order] = np.diff(_rates(conversions, journeys), prepend=0.0)
    return gains


def _rates(conversions: Floats, journeys: Floats) -> Floats:
    return np.divide(conversions, journeys, out=np.zeros_like(conversions), where=journeys > 0)
