"""Oracle of data-driven attribution: plain Python by the definitions, importing nothing of ours.

Journeys are (channels in order, converted). The Markov chain is rebuilt for every removed channel and solved in
Fractions; the Shapley value is the mean over all permutations.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import permutations

Journey = tuple[tuple[str, ...], bool]
State = tuple[str, ...]


def removal_effects(journeys: Sequence[Journey], order: int) -> dict[str, Fraction]:
    """1 - P(conversion without the channel) / P(conversion); all 0 where nothing converts."""
    channels = sorted({channel for path, _ in journeys for channel in path})
    whole = conversion_probability(journeys, order, None)
    if whole == 0:
        return dict.fromkeys(channels, Fraction(0))
    return {c: 1 - conversion_probability(journeys, order, c) / whole for c in channels}


def conversion_probability(journeys: Sequence[Journey], order: int, removed: str | None) -> Fraction:
    """Probability of converting from the start, if reaching the removed channel ends in nothing."""
    moves: dict[State, Counter[State | str]] = defaultdict(Counter)
    for path, converted in journeys:
        for step, channel in enumerate(path):
            before = path[max(0, step - order) : step]
            moves[before]["nothing" if channel == removed else (*before, channel)[-order:]] += 1
        if path:
            moves[path[-order:]]["conversion" if converted else "nothing"] += 1
    return _solve(moves, ())


def shapley_values(journeys: Sequence[Journey]) -> dict[str, Fraction]:
    """Mean gain in conversion rate over all orders in which the channels can join."""
    channels = sorted({channel for path, _ in journeys for channel in path})
    values, orders = dict.fromkeys(channels, Fraction(0)), list(permutations(channels))
    for order in orders:
        for place, channel in enumerate(order):
            gain = rate(journeys, order[: place + 1]) - rate(journeys, order[:place])
            values[channel] += gain / len(orders)
    return values


def rate(journeys: Sequence[Journey], allowed: Iterable[str]) -> Fraction:
    """Conversion rate of the journeys that use only the allowed channels."""
    results = [converted for path, converted in journeys if path and set(path) <= set(allowed)]
    return Fraction(sum(results), len(results)) if results else Fraction(0)


def _solve(moves: dict[State, Counter[State | str]], start: State) -> Fraction:
    """Gauss-Jordan elimination of v = Q v + r."""
    states = list(moves)
    if start not in moves:
        return Fraction(0)
    number, size = {state: index for index, state in enumerate(states)}, len(states)
    matrix = [[Fraction(int(i == j)) for j in range(size)] + [Fraction(0)] for i in range(size)]
    for state, following in moves.items():
        total = sum(following.values())
        for target, count in following.items():
            if target == "conversion":
                matrix[number[state]][size] += Fraction(count, total)
            elif target != "nothing":
                matrix[number[state]][number[target]] -= Fraction(count, total)
    for pivot in range(size):
        swap = next(row for row in range(pivot, size) if matrix[row][pivot] != 0)
        matrix[pivot], matrix[swap] = matrix[swap], matrix[pivot]
        matrix[pivot] = [value / matrix[pivot][pivot] for value in matrix[pivot]]
        for row in range(size):
            if row != pivot and matrix[row][pivot]:
                factor = matrix[row][pivot]
                matrix[row] = [a - factor * b for a, b in zip(matrix[row], matrix[pivot], strict=True)]
    return matrix[number[start]][size]
