"""How a whole raw Avro value is read by its schema: records and maps become dicts, arrays lists, the rest as
`avro_values` says. Parts that mean what they are cost nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.codecs.avro_schema import Schema
from schemas.codecs.avro_values import Reading, same, scalar_reading

FITS: dict[type, tuple[str, ...]] = {
    bool: ("boolean",),
    int: ("int", "long"),
    float: ("double", "float"),
    str: ("string", "enum"),
    bytes: ("bytes", "fixed"),
    list: ("array", "map"),
    dict: ("record", "map"),
}
"""The Avro types that each raw Python value may be, in a union."""


def kind_of(schema: Schema, names: Mapping[str, Schema]) -> str:
    """The Avro type of a schema: `record`, `union`, `long`, ..."""
    resolved = resolve(schema, names)
    if isinstance(resolved, list):
        return "union"
    return str(resolved["type"]) if isinstance(resolved, dict) else str(resolved)


def resolve(schema: Schema, names: Mapping[str, Schema]) -> Schema:
    """The schema that a name stands for, and the inner one of `{"type": {...}}`."""
    if isinstance(schema, str):
        return names.get(schema, {"type": schema})
    if isinstance(schema, dict) and isinstance(schema["type"], dict | list):
        return resolve(schema["type"], names)
    if isinstance(schema, dict) and schema["type"] in names and "name" not in schema:
        return names[schema["type"]]
    return schema


class Readings:
    """The readings of one writer schema; each named type is built once, so that types may contain themselves."""

    def __init__(self, names: Mapping[str, Schema]) -> None:
        self._names = names
        self._records: dict[str, Reading | None] = {}

    def of(self, schema: Schema) -> Reading:
        """How values of this schema are read."""
        resolved = resolve(schema, self._names)
        if isinstance(resolved, list):
            return self._union(resolved)
        kind = resolved["type"]
        if kind == "record":
            return self._record(resolved)
        if kind == "array":
            return self._array(resolved["items"])
        if kind == "map":
            return self._map(resolved["values"])
        return scalar_reading(resolved)

    def _record(self, schema: Mapping[str, Any]) -> Reading:
        name = schema["name"]
        if name not in self._records:
            self._records[name] = None
            readings = {field["name"]: self.of(field["type"]) for field in schema["fields"]}
            changing = {key: reading for key, reading in readings.items() if reading is not same}
            self._records[name] = (lambda value: _fields(value, changing)) if changing else same
        known = self._records[name]
        return known if known is not None else lambda value: self._later(name, value)

    def _later(self, name: str, value: Any) -> Any:
        """A record inside itself: its reading is known by the time a value arrives."""
        reading = self._records[name]
        return reading(value) if reading else value

    def _array(self, items: Schema) -> Reading:
        reading = self.of(items)
        return same if reading is same else lambda value: [reading(item) for item in value]

    def _map(self, values: Schema) -> Reading:
        """A map, which the vectorised decoder hands out as pairs."""
        reading = self.of(values)
        if reading is same:
            return dict
        return lambda value: {key: reading(item) for key, item in dict(value).items()}

    def _union(self, branches: Sequence[Schema]) -> Reading:
        readings = [
            (kind_of(branch, self._names), self.of(branch), resolve(branch, self._names))
            for branch in branches
        ]
        if all(reading is same for _, reading, _ in readings):
            return same

        def read(value: Any) -> Any:
            for wanted in FITS.get(type(value), ()):
                for kind, reading, branch in readings:
                    if kind == wanted and (kind != "record" or _has_fields(branch, value)):
                        return reading(value)
            return value

        return read


def _fields(value: dict[str, Any], changing: Mapping[str, Reading]) -> dict[str, Any]:
    return {key: changing[key](item) if key in changing else item for key, item in value.items()}


def _has_fields(schema: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return len(schema["fields"]) == len(value) and all(field["name"] in value for field in schema["fields"])
