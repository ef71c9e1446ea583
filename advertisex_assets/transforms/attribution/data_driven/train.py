"""`data_driven_rows`: touches and conversions of a training range to the rows of `gold.data_driven`.

Lives here: composing the counts and the models, and turning effects into exact integer credit. Not here: which range.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from advertisex_assets.transforms.attribution.contract import CREDIT_MICROS, DEFAULT_TOUCH_CAP, Frame
from advertisex_assets.transforms.attribution.data_driven.channels import (
    LARGEST_CHANNELS,
    OTHER,
    channel_codes,
    coded_steps,
)
from advertisex_assets.transforms.attribution.data_driven.coalitions import coalitions
from advertisex_assets.transforms.attribution.data_driven.journeys import journey_steps
from advertisex_assets.transforms.attribution.data_driven.markov import removal_effects
from advertisex_assets.transforms.attribution.data_driven.shapley import shapley_values
from advertisex_assets.transforms.attribution.data_driven.transitions import MAX_ORDER, transitions

Effects = Sequence[tuple[float, float]]


def data_driven_rows(
    touches: Frame,
    conversions: Frame,
    dimension: str,
    seed: int,
    largest: int = LARGEST_CHANNELS,
    touch_cap: int = DEFAULT_TOUCH_CAP,
) -> list[dict[str, Any]]:
    """Credit of every channel of a dimension under markov_1, markov_2, markov_3 and shapley.

    Takes touches and conversions as `candidates` documents them, restricted to the training range; runs the counting
    on their engine. Returns dicts: model, dimension, channel, effect (float: removal effect or Shapley value),
    standard_error (float, 0 where exact), credit_micros (int; sums to 1,000,000 per model). No conversions, no rows.
    """
    return rows_of_steps(journey_steps(touches, conversions, dimension, touch_cap), dimension, seed, largest)


def rows_of_steps(
    steps: Frame, dimension: str, seed: int, largest: int = LARGEST_CHANNELS
) -> list[dict[str, Any]]:
    """The same from `journey_steps`, which are read once for every count: collect them before where that matters."""
    codes = channel_codes(steps, largest)
    names = _names(_rows(codes, "code", "channel"), largest)
    coded = coded_steps(steps, codes)
    return [
        row | {"model": model, "dimension": dimension}
        for model, effects in _effects(coded, len(names), seed)
        for row in _credited(names, effects)
    ]


def credits_of(effects: Effects) -> list[int]:
    """Split 1,000,000 in proportion to the effects by largest remainder, ties to the larger channel.

    A negative effect earns nothing. Empty when no effect is above zero: there was nothing to share.
    """
    # Rounded to what the effects are good for, so that equal channels tie instead of differing by float noise.
    weights = [Fraction(max(round(effect, 12), 0.0)) for effect, _ in effects]
    total = sum(weights)
    if total == 0:
        return []
    exact = [CREDIT_MICROS * weight / total for weight in weights]
    credits = [int(share) for share in exact]
    turns = sorted(range(len(exact)), key=lambda code: (credits[code] - exact[code], code))
    for code in turns[: CREDIT_MICROS - sum(credits)]:
        credits[code] += 1
    return credits


def _credited(names: list[str], effects: Effects) -> Iterator[dict[str, Any]]:
    credits = credits_of(effects)
    if credits:
        for name, (effect, error), credit in zip(names, effects, credits, strict=True):
            yield {"channel": name, "effect": effect, "standard_error": error, "credit_micros": credit}


def _effects(coded: Frame, channels: int, seed: int) -> Iterator[tuple[str, Effects]]:
    for order in range(1, MAX_ORDER + 1):
        effects = removal_effects(_rows(transitions(coded, order), "context", "next", "count"), order)
        yield f"markov_{order}", [(effects[code], 0.0) for code in range(channels)]
    shapley = shapley_values(_rows(coalitions(coded), "channels", "journeys", "conversions"), channels, seed)
    yield "shapley", list(zip(shapley.values, shapley.standard_errors, strict=True))


def _names(codes: list[tuple[Any, ...]], largest: int) -> list[str]:
    named = {code: OTHER if code == largest else channel for code, channel in codes}
    return [named[code] for code in sorted(named)]


def _rows(frame: Frame, *columns: str) -> list[tuple[Any, ...]]:
    """Collected rows; every use is a small aggregate."""
    collected = frame.select(*columns).collect()
    return list(zip(*(collected[column].to_list() for column in columns), strict=True))
