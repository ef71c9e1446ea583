"""Data-driven credit follows its definitions: exact where it says so, inside its stated error elsewhere."""

from collections import Counter
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advertisex_assets.transforms.attribution.data_driven import markov
from advertisex_assets.transforms.attribution.data_driven.channels import channel_codes, coded_steps
from advertisex_assets.transforms.attribution.data_driven.coalitions import coalitions
from advertisex_assets.transforms.attribution.data_driven.shapley import shapley_values
from advertisex_assets.transforms.attribution.data_driven.train import credits_of
from advertisex_assets.transforms.attribution.data_driven.transitions import transitions
from tests.oracles import data_driven as oracle
from tests.transforms.attribution.engines import on_duckdb, on_polars

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=80)
Journeys = list[tuple[tuple[str, ...], bool]]

journey = st.tuples(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6).map(tuple), st.booleans())
journeys_of = st.lists(journey, min_size=1, max_size=12)
# Three customers: C1 > C2 > C3 > conversion; C1 > nothing; C2 > C3 > nothing.
THREE = [(("C1", "C2", "C3"), True), (("C1",), False), (("C2", "C3"), False)]


def _steps(journeys: Journeys) -> pl.DataFrame:
    rows = [
        (str(number), int(converted), channel, place, len(path))
        for number, (path, converted) in enumerate(journeys)
        for place, channel in enumerate(path, start=1)
    ]
    schema = {"journey_id": pl.String, "converted": pl.Int64, "channel": pl.String, "position": pl.Int64}
    return pl.DataFrame(rows, schema=schema | {"length": pl.Int64}, orient="row")


def _names(journeys: Journeys) -> list[str]:
    counts = Counter(channel for path, _ in journeys for channel in path)
    return sorted(counts, key=lambda channel: (-counts[channel], channel))


def _counted(count, *arguments, engine=on_polars):
    return lambda journeys: engine(
        lambda steps: count(coded_steps(steps, channel_codes(steps)), *arguments), steps=_steps(journeys)
    )


def _removal_effects(journeys: Journeys, order: int) -> dict[str, float]:
    rows = _counted(transitions, order)(journeys).select("context", "next", "count").rows()
    effects = markov.removal_effects(rows, order)
    return {name: effects[code] for code, name in enumerate(_names(journeys))}


def test_markov_worked_example() -> None:
    """Analytics Vidhya, "Channel attribution modeling using Markov chains": the three-customer example.

    One third converts; without C1 one sixth, without C2 or C3 nobody: effects 0.5, 1, 1; credit 0.2, 0.4, 0.4.
    """
    effects = _removal_effects(THREE, 1)
    assert effects == pytest.approx({"C1": 0.5, "C2": 1.0, "C3": 1.0}, abs=1e-12)
    credits = credits_of([(effects[name], 0.0) for name in ("C1", "C2", "C3")])
    assert credits == [200_000, 400_000, 400_000]


@relaxed
@given(journeys=journeys_of, order=st.sampled_from([1, 2, 3]))
def test_markov_equals_exact_fractions(journeys: Journeys, order: int) -> None:
    """Every removal effect, against a chain rebuilt without the channel and solved in Fractions."""
    expected = {name: float(effect) for name, effect in oracle.removal_effects(journeys, order).items()}
    assert _removal_effects(journeys, order) == pytest.approx(expected, abs=1e-9)


@relaxed
@given(journeys=journeys_of, order=st.sampled_from([1, 2, 3]))
def test_walking_a_large_chain_equals_solving_it(journeys: Journeys, order: int) -> None:
    """The way taken for chains too large to invert gives the same numbers, within its bound."""
    chain = markov.chain_of(
        _counted(transitions, order)(journeys).select("context", "next", "count").rows(), order
    )
    codes = set(chain.last_code.tolist()) - {-1}
    (solved, solved_without), (walked, walked_without) = (
        solve(chain, codes) for solve in (markov.by_solving, markov.by_walking)
    )
    assert walked == pytest.approx(solved, abs=2 * markov.WALK_ERROR)
    assert walked_without == pytest.approx(solved_without, abs=2 * markov.WALK_ERROR)


@relaxed
@given(journeys=journeys_of)
def test_shapley_equals_all_permutations(journeys: Journeys) -> None:
    """Every value, against the mean over all orders of joining, in Fractions; they sum to the rate."""
    names = _names(journeys)
    rows = _counted(coalitions)(journeys).select("channels", "journeys", "conversions").rows()
    result = shapley_values(rows, len(names), seed=0)
    expected = oracle.shapley_values(journeys)
    assert dict(zip(names, result.values, strict=True)) == pytest.approx(
        {name: float(value) for name, value in expected.items()}, abs=1e-9
    )
    assert sum(result.values) == pytest.approx(float(oracle.rate(journeys, names)), abs=1e-9)
    assert set(result.standard_errors) == {0.0}


def _many_channels(channels: int) -> list[tuple[int, int, int]]:
    """Coalitions in which each channel converts at its own rate."""
    draw = np.random.default_rng(7)
    sets = {1 << int(code) for code in range(channels)}
    sets |= {int(sum(1 << int(code) for code in set(draw.integers(0, channels, 4)))) for _ in range(400)}
    return [
        (members, 1000, sum(5 + code for code in range(channels) if members >> code & 1)) for members in sets
    ]


def test_sampled_shapley_keeps_its_stated_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the exact limit, values lie within five standard errors, sum exactly, repeat with the seed."""
    rows = _many_channels(10)
    exact = shapley_values(rows, 10, seed=0)
    monkeypatch.setattr("advertisex_assets.transforms.attribution.data_driven.shapley.EXACT_CHANNELS", 9)
    sampled = shapley_values(rows, 10, seed=3, orders=500)
    assert sampled == shapley_values(reversed(rows), 10, seed=3, orders=500)
    assert sampled != shapley_values(rows, 10, seed=4, orders=500)
    assert sum(sampled.values) == pytest.approx(sum(exact.values), abs=1e-9)
    for value, estimate, error in zip(exact.values, sampled.values, sampled.standard_errors, strict=True):
        assert 0 < error < 0.05
        assert abs(value - estimate) < 5 * error


def test_more_channels_than_are_named_become_other() -> None:
    """The most touched keep their names, ties by name; the rest share the last code."""
    steps = _steps([(("d", "d", "d", "b", "c", "c", "a"), True)])
    codes = on_polars(lambda steps: channel_codes(steps, 2), steps=steps).sort("channel")
    assert dict(codes.select("channel", "code").rows()) == {"d": 0, "c": 1, "a": 2, "b": 2}


@settings(relaxed, max_examples=4)
@given(journeys=st.lists(journey, min_size=20, max_size=40))
def test_engines_count_alike(journeys: Journeys) -> None:
    """DuckDB gives the same counts, which are all that the arithmetic sees."""
    for count, arguments in ((transitions, (3,)), (coalitions, ())):
        one, other = (
            _counted(count, *arguments, engine=engine)(journeys) for engine in (on_polars, on_duckdb)
        )
        assert one.schema == other.schema
        assert sorted(one.rows()) == sorted(other.rows())


@given(effects=st.lists(st.floats(-1, 1), max_size=8))
def test_credit_is_whole(effects: list[float]) -> None:
    """Credit sums to 1,000,000, follows the effects within a micro, and is never negative."""
    credits = credits_of([(effect, 0.0) for effect in effects])
    weights = [Fraction(max(round(effect, 12), 0.0)) for effect in effects]
    if not any(weights):
        assert credits == []
        return
    assert sum(credits) == 1_000_000
    for credit, weight in zip(credits, weights, strict=True):
        assert abs(credit - 1_000_000 * weight / sum(weights)) < 1
