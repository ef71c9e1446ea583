"""Field paths: `user_id`, `site.domain`, `imp[0].bidfloor`, `imp[*].id`, and how they are followed in values.

A path that does not fit a value (a field of a list, an index of an object) leads to null. `[*]` gives the array of
what the rest of the path finds in each element, as texts.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from schemas.codecs.text import text_of


class Every:
    """The type of the step `[*]`."""


EVERY: Final = Every()

Step = str | int | Every

_SEGMENT = re.compile(r"(?:^|\.)([^.\[\]]+)|\[(\d+|\*)\]")


@lru_cache(maxsize=4096)
def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path; ValueError when it is none."""
    steps: list[Step] = []
    end = 0
    while end < len(path) and (found := _SEGMENT.match(path, end)):
        name, index = found.groups()
        steps.append(name if name is not None else EVERY if index == "*" else int(index))
        end = found.end()
    if end != len(path) or not steps or not isinstance(steps[0], str):
        raise ValueError(
            f"{path!r} is no field path: write names joined by dots, with [0] or [*] for arrays."
        )
    return tuple(steps)


def roots_of(paths: Sequence[str]) -> frozenset[str]:
    """The top-level fields that the paths cover."""
    return frozenset(str(steps_of(path)[0]) for path in paths)


def values_at(
    documents: Sequence[dict[str, Any]], steps: tuple[Step, ...], seen: dict[tuple[Step, ...], Sequence[Any]]
) -> Sequence[Any]:
    """What a path leads to in each document; `seen` keeps the values of common beginnings between calls."""
    if len(steps) == 1:
        return [document.get(str(steps[0])) for document in documents]
    if steps not in seen:
        parents = values_at(documents, steps[:-1], seen) if EVERY not in steps else documents
        seen[steps] = (
            [follow(document, steps) for document in documents]
            if EVERY in steps
            else _children(parents, steps[-1])
        )
    return seen[steps]


def _children(parents: Sequence[Any], step: Step) -> list[Any]:
    if isinstance(step, str):
        return [parent.get(step) if type(parent) is dict else None for parent in parents]
    return [_element(parent, step) for parent in parents]


def _element(value: Any, index: Step) -> Any:
    return value[index] if type(value) is list and isinstance(index, int) and index < len(value) else None


def follow(value: Any, steps: tuple[Step, ...]) -> Any:
    """What the steps lead to in one value."""
    for at, step in enumerate(steps):
        if isinstance(step, Every):
            rest = steps[at + 1 :]
            return [text_of(follow(element, rest)) for element in value] if type(value) is list else None
        value = value.get(step) if isinstance(step, str) and type(value) is dict else _element(value, step)
    return value
