"""Random Avro writer schemas, and values of them, for property tests."""

import itertools
from typing import Any

from hypothesis import strategies as st

LONGS = st.integers(-(2**63), 2**63 - 1)
INTS = st.integers(-(2**31), 2**31 - 1)
TEXTS = st.text(max_size=8)

SCALARS: list[tuple[Any, st.SearchStrategy[Any]]] = [
    ("null", st.none()),
    ("boolean", st.booleans()),
    ("int", INTS),
    ("long", LONGS),
    ("float", st.floats(width=32)),
    ("double", st.floats()),
    ("string", TEXTS),
    ("bytes", st.binary(max_size=8)),
    ({"type": "int", "logicalType": "date"}, INTS),
    ({"type": "int", "logicalType": "time-millis"}, INTS),
    ({"type": "long", "logicalType": "timestamp-millis"}, LONGS),
    ({"type": "long", "logicalType": "timestamp-micros"}, LONGS),
    ({"type": "long", "logicalType": "timestamp-nanos"}, LONGS),
    ({"type": "long", "logicalType": "local-timestamp-micros"}, LONGS),
    ({"type": "long", "logicalType": "made-up"}, LONGS),
    ({"type": "string", "logicalType": "uuid"}, st.uuids().map(str)),
    ({"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 3}, st.binary(min_size=1, max_size=5)),
]

NAMED = "named"


class Shape:
    """A schema and the strategy of its raw values (as they are without logical types)."""

    def __init__(self, schema: Any, values: st.SearchStrategy[Any]) -> None:
        self.schema = schema
        self.values = values


def records(vectorisable: bool = False) -> st.SearchStrategy[Shape]:
    """Records of up to four fields of any depth; `vectorisable` leaves out bytes and fixed."""
    return _record_of(_types(vectorisable)).map(_named)


def _types(vectorisable: bool) -> st.SearchStrategy[Shape]:
    scalars = [s for s in SCALARS if not (vectorisable and "bytes" in str(s[0]))]
    leaves = st.sampled_from([Shape(schema, values) for schema, values in scalars])
    enums = st.just(Shape({"type": "enum", "name": NAMED, "symbols": ["A", "B"]}, st.sampled_from("AB")))
    fixed = st.just(Shape({"type": "fixed", "name": NAMED, "size": 4}, st.binary(min_size=4, max_size=4)))
    base = leaves | enums if vectorisable else leaves | enums | fixed
    return st.recursive(base, _around, max_leaves=6)


def _around(inner: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    arrays = inner.filter(takes_bytes).map(
        lambda s: Shape({"type": "array", "items": s.schema}, st.lists(s.values, max_size=3))
    )
    maps = inner.map(
        lambda s: Shape({"type": "map", "values": s.schema}, st.dictionaries(TEXTS, s.values, max_size=3))
    )
    unions = st.lists(inner, min_size=1, max_size=3, unique_by=_branch).map(_union)
    optional = inner.filter(lambda s: _branch(s) not in ("null", "union")).flatmap(_optional)
    return arrays | maps | optional | unions.filter(lambda s: s is not None) | _record_of(inner)


def takes_bytes(shape: Shape) -> bool:
    """Arrays of items without bytes are refused by design: damage could promise any number of them."""
    schema = shape.schema
    if isinstance(schema, dict) and schema["type"] == "record":
        return any(takes_bytes(Shape(field["type"], st.none())) for field in schema["fields"])
    return bool(schema != "null")


def _optional(shape: Shape) -> st.SearchStrategy[Shape]:
    orders = st.sampled_from([["null", shape.schema], [shape.schema, "null"]])
    return orders.map(lambda schema: Shape(schema, st.none() | shape.values))


def _branch(shape: Shape) -> str:
    schema = shape.schema
    if isinstance(schema, list):
        return "union"
    kind = schema["type"] if isinstance(schema, dict) else schema
    return "number" if kind in ("int", "long", "float", "double") else str(kind)


def _union(shapes: list[Shape]) -> Shape | None:
    """A union whose values fastavro can tell apart when it writes them."""
    branches = [_branch(shape) for shape in shapes]
    if "union" in branches or {"map", "record"} <= set(branches) or {"string", "enum"} <= set(branches):
        return None
    if {"bytes", "fixed"} <= set(branches):
        return None
    return Shape([shape.schema for shape in shapes], st.one_of(*(shape.values for shape in shapes)))


def _record_of(types: st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    def build(fields: list[Shape]) -> Shape:
        schema = {
            "type": "record",
            "name": NAMED,
            "fields": [{"name": f"f{at}", "type": field.schema} for at, field in enumerate(fields)],
        }
        return Shape(schema, st.fixed_dictionaries({f"f{at}": field.values for at, field in enumerate(fields)}))

    return st.lists(types, min_size=1, max_size=4).map(build)


def _named(shape: Shape) -> Shape:
    """The shape with a name of its own for every named type."""
    return Shape(_rename(shape.schema, itertools.count()), shape.values)


def _rename(schema: Any, numbers: Any) -> Any:
    if isinstance(schema, list):
        return [_rename(branch, numbers) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    renamed = {key: _rename(value, numbers) if key in ("items", "values") else value for key, value in schema.items()}
    if "name" in schema:
        renamed["name"] = f"N{next(numbers)}"
    if "fields" in schema:
        renamed["fields"] = [{**field, "type": _rename(field["type"], numbers)} for field in schema["fields"]]
    return renamed
