"""Avro writer schemas: parsed once, with the logical types taken off, so that every decoder hands out raw values."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import fastavro
from fastavro.schema import SchemaParseException, UnknownType, fingerprint, to_parsing_canonical_form

Schema = Any
"""An Avro schema as JSON values: a name, a list (union) or an object."""

LOGICAL_KEYS = ("logicalType", "precision", "scale")


PARSE_ERRORS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    SchemaParseException,
    UnknownType,
)
"""What the parsers raise for texts that are no schema."""


class BadSchema(Exception):
    """The text is no Avro schema."""


class WriterSchema(NamedTuple):
    """A parsed writer schema: `raw` has no logical types, `full` has them; `names` are the named types of `full`."""

    raw: Schema
    full: Schema
    names: dict[str, Schema]


@lru_cache(maxsize=1024)
def writer_schema(text: str) -> WriterSchema:
    """The schema in a text, every name written out in full; BadSchema when it is none."""
    names: dict[str, Schema] = {}
    try:
        schema = json.loads(text)
        full = fastavro.parse_schema(schema, named_schemas=names)
        _refuse_endless_arrays(full, names)
        return WriterSchema(fastavro.parse_schema(without_logical_types(schema)), full, names)
    except PARSE_ERRORS as error:
        raise BadSchema(f"The writer schema cannot be read: {error}") from error


def without_logical_types(schema: Schema) -> Schema:
    """The same schema, of plain types only."""
    if isinstance(schema, list):
        return [without_logical_types(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in LOGICAL_KEYS}
    for key in ("type", "items", "values"):
        if key in kept:
            kept[key] = without_logical_types(kept[key])
    if isinstance(kept.get("fields"), list):
        kept["fields"] = [_plain_field(field) for field in kept["fields"]]
    return kept


def _plain_field(field: Any) -> Any:
    return (
        {**field, "type": without_logical_types(field["type"])}
        if isinstance(field, dict) and "type" in field
        else field
    )


@lru_cache(maxsize=1024)
def fingerprint_of(text: str) -> int:
    """The CRC-64-AVRO fingerprint of a schema, as an unsigned number; BadSchema when the text is none."""
    try:
        canonical = to_parsing_canonical_form(json.loads(text))
    except PARSE_ERRORS as error:
        raise BadSchema(f"The writer schema cannot be read: {error}") from error
    digest = bytes.fromhex(fingerprint(canonical, "CRC-64-AVRO"))
    return int.from_bytes(digest, "little")


def with_references(text: str, referenced: Mapping[str, str]) -> str:
    """A schema with the schemas that it names (text by full name) written out where each is named first."""
    return json.dumps(
        _inlined(json.loads(text), {name: json.loads(other) for name, other in referenced.items()}, "")
    )


def _inlined(schema: Schema, left: dict[str, Schema], namespace: str) -> Schema:
    if isinstance(schema, str):
        name = schema if schema in left else f"{namespace}.{schema}"
        return _inlined(left.pop(name), left, "") if name in left else schema
    if isinstance(schema, list):
        return [_inlined(branch, left, namespace) for branch in schema]
    inner = schema.get("namespace") or schema.get("name", "").rpartition(".")[0] or namespace
    done = dict(schema)
    for key in ("type", "items", "values"):
        if key in done:
            done[key] = _inlined(done[key], left, inner)
    if "fields" in done:
        done["fields"] = [{**field, "type": _inlined(field["type"], left, inner)} for field in done["fields"]]
    return done


def _refuse_endless_arrays(schema: Schema, names: Mapping[str, Schema], around: tuple[str, ...] = ()) -> None:
    """Raises ValueError for an array whose items take no bytes: a few damaged bytes could promise 2**60 of them."""
    if isinstance(schema, list):
        for branch in schema:
            _refuse_endless_arrays(branch, names, around)
    elif isinstance(schema, dict) and schema.get("name") not in around:
        inside = (*around, schema["name"]) if "name" in schema else around
        if schema["type"] == "array" and _takes_no_bytes(schema["items"], names):
            raise ValueError("an array of items that take no bytes cannot be read safely")
        inner = [
            schema[key] for key in ("type", "items", "values") if isinstance(schema.get(key), dict | list)
        ]
        for part in [*inner, *(field["type"] for field in schema.get("fields", ()))]:
            _refuse_endless_arrays(part, names, inside)


def _takes_no_bytes(schema: Schema, names: Mapping[str, Schema], around: tuple[str, ...] = ()) -> bool:
    if isinstance(schema, str):
        return schema == "null" or (schema in names and _takes_no_bytes(names[schema], names, around))
    if isinstance(schema, list) or schema.get("name") in around:
        return False
    if schema["type"] == "record":
        inside = (*around, schema["name"])
        return all(_takes_no_bytes(field["type"], names, inside) for field in schema["fields"])
    return schema.get("size") == 0 or _takes_no_bytes(schema["type"], names, around)
