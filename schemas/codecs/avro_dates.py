"""The way to a time in Avro bodies, as steps for the compiled loop; what cannot be stepped over has none."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from schemas.codecs.avro_layout import layout_of
from schemas.codecs.avro_reading import resolve
from schemas.codecs.avro_schema import BadSchema, Schema
from schemas.codecs.avro_steps import BYTES_OF, INTEGERS, TEXTS, Unsteppable
from schemas.codecs.avro_values import MICROS_PER_UNIT, timestamp_unit, zone_of
from schemas.codecs.native.scanner import AvroStep, StepKind

MICROS_PER_DAY = 86_400_000_000


@lru_cache(maxsize=1024)
def steps_to_date(schema_text: str, path: str) -> tuple[AvroStep, ...] | None:
    """The steps from the start of a body of that writer schema to a top-level text or UTC timestamp; null if there
    are none."""
    try:
        layout = layout_of(schema_text)
        return None if layout is None or layout.in_array else tuple(_steps(layout.record, path, layout.names))
    except (BadSchema, Unsteppable):
        return None


def _steps(record: Mapping[str, Schema], path: str, names: Mapping[str, Schema]) -> Iterator[AvroStep]:
    for field in record["fields"]:
        if field["name"] == path:
            yield from _of_branches(field["type"], names, _reading)
            return
        yield from _over(field["type"], names)
    raise Unsteppable


def _over(schema: Schema, names: Mapping[str, Schema]) -> Iterator[AvroStep]:
    resolved = resolve(schema, names)
    if isinstance(resolved, dict) and resolved["type"] == "record":
        for field in resolved["fields"]:
            yield from _over(field["type"], names)
    else:
        yield from _of_branches(resolved, names, _skipping)


def _of_branches(
    schema: Schema, names: Mapping[str, Schema], step: Callable[[Mapping[str, Schema]], AvroStep]
) -> Iterator[AvroStep]:
    """The step of a scalar; of a union, its head and then the step of each branch."""
    resolved = resolve(schema, names)
    branches = resolved if isinstance(resolved, list) else [resolved]
    if isinstance(resolved, list):
        yield AvroStep(StepKind.UNION, len(branches))
    yield from (step(resolve(branch, names)) for branch in branches)


def _skipping(scalar: Mapping[str, Schema]) -> AvroStep:
    kind = scalar["type"]
    if kind in INTEGERS:
        return AvroStep(StepKind.NUMBER)
    if kind in TEXTS:
        return AvroStep(StepKind.BYTES)
    if kind in BYTES_OF:
        return AvroStep(StepKind.SKIP, BYTES_OF[kind])
    raise Unsteppable


def _reading(scalar: Mapping[str, Schema]) -> AvroStep:
    kind, unit = scalar["type"], timestamp_unit(scalar)
    if kind == "string":
        return AvroStep(StepKind.TEXT_DATE)
    if unit is not None and zone_of(scalar) == "Z":
        times, parts = MICROS_PER_UNIT[unit]
        return AvroStep(StepKind.NUMBER_DATE, MICROS_PER_DAY * parts // times)
    return AvroStep(StepKind.NO_DATE)
