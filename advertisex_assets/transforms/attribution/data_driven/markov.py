"""Markov removal effect: how much of the conversion probability is lost when a channel leads nowhere.

Not here: counting (`transitions`), turning effects into credit (`train`). Definition: Anderl, Becker, von Wangenheim,
Schumann, "Mapping the customer journey" (2016): the chain runs from start to conversion or nothing; removing a channel
sends everyone who would have reached it to nothing; its effect is the relative drop of the conversion probability.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advertisex_assets.transforms.attribution.data_driven.transitions import BASE, CONVERSION

DENSE_STATES = 3_000
"""Solved directly up to here, which holds every chain of order 2 over 51 channels (1 + 51 + 51**2 states)."""

WALK_ERROR = 1e-12
"""Larger chains are walked until at most this much probability is still under way: a bound, not an estimate."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Chain:
    """An absorbing chain: probabilities between contexts (state 0 is the start) and of converting from each.

    source, target: state numbers of each transition; probability: of each; convert: per state; last_code: the code
    that each state ends with, -1 for the start.
    """

    source: Ints
    target: Ints
    probability: Floats
    convert: Floats
    last_code: Ints


def removal_effects(counts: Iterable[tuple[int, int, int]], order: int) -> dict[int, float]:
    """Removal effect per channel code, each from 0 to 1, from (context, next, count) rows of `transitions`.

    Without any conversion every effect is 0. Exact up to rounding for at most DENSE_STATES states, within WALK_ERROR
    of the conversion probability beyond.
    """
    chain = chain_of(counts, order)
    codes = sorted(set(chain.last_code.tolist()) - {-1})
    solve = by_solving if len(chain.convert) <= DENSE_STATES else by_walking
    whole, without = solve(chain, codes)
    return {code: 1 - without[code] / whole if whole > 0 else 0.0 for code in codes}


def chain_of(counts: Iterable[tuple[int, int, int]], order: int) -> Chain:
    """Number the contexts and turn counts into probabilities."""
    # Sorted, so that float sums do not depend on the order in which an engine returned the rows.
    rows = np.array(sorted(counts), dtype=np.int64).reshape(-1, 3)
    context, following, count = rows.T
    states, source = np.unique(context, return_inverse=True)
    total = np.bincount(source, weights=count, minlength=len(states))
    probability = count / total[source]
    moves, converts = following >= 0, following == CONVERSION
    reached = (context[moves] * BASE + following[moves] + 1) % BASE**order
    return Chain(
        source=source[moves],
        target=np.searchsorted(states, reached),
        probability=probability[moves],
        convert=np.bincount(source[converts], weights=probability[converts], minlength=len(states)).astype(
            np.float64
        ),
        last_code=states % BASE - 1,
    )


def by_solving(chain: Chain, codes: Iterable[int]) -> tuple[float, dict[int, float]]:
    """Conversion probability from the start, whole and without each code, by the fundamental matrix.

    One inverse serves all removals: what a removed channel costs is the probability of reaching each of its states
    first, times the probability of converting from there.
    """
    size = len(chain.convert)
    if size == 0:
        return 0.0, {}
    steps = np.zeros((size, size))
    steps[chain.source, chain.target] = chain.probability
    visits = np.linalg.inv(np.eye(size) - steps)
    value = visits @ chain.convert
    without = {}
    for code in codes:
        removed = np.flatnonzero(chain.last_code == code)
        reached_first = np.linalg.solve(visits[np.ix_(removed, removed)].T, visits[0, removed])
        without[code] = float(value[0] - reached_first @ value[removed])
    return float(value[0]), without


def by_walking(chain: Chain, codes: Iterable[int]) -> tuple[float, dict[int, float]]:
    """The same by following the probability forward, for chains too large to invert."""
    return _walk(chain, None), {code: _walk(chain, code) for code in codes}


def _walk(chain: Chain, removed: int | None) -> float:
    size = len(chain.convert)
    if size == 0:
        return 0.0
    stays = (
        chain.last_code[chain.target] != removed if removed is not None else np.full(len(chain.target), True)
    )
    source, target, probability = chain.source[stays], chain.target[stays], chain.probability[stays]
    under_way, converted = np.zeros(size), 0.0
    under_way[0] = 1.0
    while under_way.sum() > WALK_ERROR:
        converted += float(under_way @ chain.convert)
        moved = under_way[source] * probability
        under_way = np.bincount(target, weights=moved, minlength=size).astype(np.float64)
    return converted
