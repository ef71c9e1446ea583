"""What the vectorised decoder can do with a writer schema, and where a path leads in what it gives."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from schemas.codecs.avro_reading import resolve
from schemas.codecs.avro_schema import Schema, without_logical_types, writer_schema
from schemas.codecs.paths import Step

BODY = "body"
END = "end"

END_MARK: Final = 0x3F84_D5B5_B547_0917
"""The number appended to every body: read back whole, it proves that the body ended where its schema does.
Any number of nine varint bytes does; chance bytes equal it once in 2**62."""

SCALARS = ("null", "boolean", "int", "long", "float", "double", "string", "enum")


class Layout(NamedTuple):
    """A schema for the vectorised decoder: the body, then END_MARK as a long. `in_array` bodies are one-element
    arrays; `record` is the record that holds the fields."""

    schema_text: str
    in_array: bool
    record: Mapping[str, Any]
    names: Mapping[str, Schema]


class Leaf(NamedTuple):
    """A scalar that a path reaches through records only: its schema with its logical type."""

    schema: Mapping[str, Any]


@lru_cache(maxsize=1024)
def layout_of(schema_text: str) -> Layout | None:
    """How bodies of a writer schema are decoded at once; null when only one by one will do."""
    schema = writer_schema(schema_text)
    top = resolve(schema.full, schema.names)
    in_array = not isinstance(top, list) and top["type"] == "array"
    record = resolve(top["items"], schema.names) if in_array else top
    if isinstance(record, list) or record["type"] != "record" or not record["fields"]:
        return None
    if not _decodable(record, schema.names, ()):
        return None
    fields = [{"name": BODY, "type": _plain(schema_text)}, {"name": END, "type": "long"}]
    wrapped = {"type": "record", "name": "advertisex_body_and_end", "fields": fields}
    return Layout(json.dumps(wrapped), in_array, record, schema.names)


def _plain(schema_text: str) -> Schema:
    return without_logical_types(json.loads(schema_text))


def _decodable(schema: Schema, names: Mapping[str, Schema], around: tuple[str, ...]) -> bool:
    """Whether the decoder knows every type in it: no bytes, no fixed, no type inside itself, no empty record, no
    union in which a map could be taken for something else."""
    resolved = resolve(schema, names)
    if isinstance(resolved, list):
        kinds = [_kind(branch, names) for branch in resolved]
        ambiguous = "map" in kinds and ("array" in kinds or "record" in kinds)
        return not ambiguous and all(_decodable(branch, names, around) for branch in resolved)
    kind = resolved["type"]
    if kind == "record":
        inside = (*around, resolved["name"])
        types = [field["type"] for field in resolved["fields"]]
        return (
            resolved["name"] not in around
            and bool(types)
            and all(_decodable(t, names, inside) for t in types)
        )
    if kind in ("array", "map"):
        return _decodable(resolved["items" if kind == "array" else "values"], names, around)
    return kind in SCALARS


def _kind(schema: Schema, names: Mapping[str, Schema]) -> str:
    resolved = resolve(schema, names)
    return "union" if isinstance(resolved, list) else str(resolved["type"])


def leaf_at(layout: Layout, steps: Sequence[Step]) -> Leaf | None:
    """The scalar a path leads to; null where the path is unknown or needs the values themselves to be followed."""
    schema: Schema = layout.record
    for step in steps:
        if isinstance(schema, list) or schema["type"] != "record" or not isinstance(step, str):
            return None
        found = [field["type"] for field in schema["fields"] if field["name"] == step]
        if not found:
            return None
        schema = _without_null(resolve(found[0], layout.names), layout.names)
    return None if isinstance(schema, list) or schema["type"] not in SCALARS else Leaf(schema)


def _without_null(schema: Schema, names: Mapping[str, Schema]) -> Schema:
    """The other branch of a union with null; any other schema as it is."""
    if not isinstance(schema, list) or len(schema) != 2:
        return schema
    others = [branch for branch in schema if _kind(branch, names) != "null"]
    return resolve(others[0], names) if len(others) == 1 else schema
