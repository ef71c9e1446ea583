"""What Avro's types become: texts that say the same as other formats do."""

import io
import json
from typing import Any

import fastavro
import polars as pl
import pytest

from schemas.codecs import AvroCodec
from schemas.codecs.avro_schema import without_logical_types
from tests.contracts.codecs.reading import columns

MANY = 100
"""Enough rows for the vectorised decoder; one row takes the other way."""


def body(schema: Any, value: Any) -> bytes:
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(without_logical_types(schema)), value)
    return stream.getvalue()


def text(schema: Any, value: Any, rows: int, path: str = "v") -> str | None:
    """The text of a field `v` of that type, in a batch of so many equal rows."""
    record = {"type": "record", "name": "R", "fields": [{"name": "v", "type": schema}]}
    payload = body(record, {"v": value})
    (found,) = set(columns(AvroCodec(), [payload] * rows, (path,), json.dumps(record))[path].to_list())
    return found


DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 4}
MOMENT = {"type": "long", "logicalType": "timestamp-micros"}
NESTED = {"type": "record", "name": "N", "fields": [{"name": "at", "type": MOMENT}]}


@pytest.mark.parametrize("rows", [1, MANY])
@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ("long", 2**63 - 1, "9223372036854775807"),
        ("float", 0.1, "0.1"),
        ("float", 1e-7, "0.0000001"),
        ("double", 1e22, "10000000000000000000000"),
        ("double", 3.0, "3"),
        ("boolean", True, "true"),
        ("null", None, None),
        ("bytes", b"\xff\x00", "/wA="),
        ("float", 1.401298464324817e-45, "0." + "0" * 44 + "1"),
        (["null", "int", "float"], 1.401298464324817e-45, "0." + "0" * 44 + "1"),
        (["null", "int", "float"], 8589973504.0, "8589974000"),
        (["null", "int", "float"], 1.00000011920929, "1.0000001"),
        (["null", "int", "string"], 7, "7"),
        (["null", "int", "string"], "x", "x"),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B", "B"),
        ({"type": "long", "logicalType": "timestamp-millis"}, 1_700_000_000_123, "2023-11-14T22:13:20.123000Z"),
        ({"type": "long", "logicalType": "timestamp-micros"}, -1, "1969-12-31T23:59:59.999999Z"),
        ({"type": "long", "logicalType": "timestamp-nanos"}, 1_999, "1970-01-01T00:00:00.000001Z"),
        ({"type": "long", "logicalType": "local-timestamp-millis"}, 0, "1970-01-01T00:00:00.000000"),
        ({"type": "long", "logicalType": "timestamp-millis"}, 2**62, f"{2**62} millis"),
        ({"type": "int", "logicalType": "date"}, 19_675, "2023-11-14"),
        ({"type": "int", "logicalType": "date"}, 2**31 - 1, f"{2**31 - 1} days"),
        ({"type": "int", "logicalType": "time-millis"}, 5, "5"),
        (DECIMAL, (-12_345).to_bytes(2, "big", signed=True), "-1.2345"),
        (DECIMAL, (10_000).to_bytes(2, "big"), "1"),
        ({"type": "map", "values": "int"}, {"a": 1}, '{"a":1}'),
        ({"type": "array", "items": NESTED}, [{"at": 0}], '[{"at":"1970-01-01T00:00:00.000000Z"}]'),
    ],
)
def test_a_value_becomes_its_text(schema: Any, value: Any, expected: str | None, rows: int) -> None:
    assert text(schema, value, rows) == expected


@pytest.mark.parametrize("rows", [1, MANY])
def test_paths_lead_into_records_maps_and_arrays(rows: int) -> None:
    assert text(["null", NESTED], {"at": 0}, rows, "v.at") == "1970-01-01T00:00:00.000000Z"
    assert text(["null", NESTED], None, rows, "v.at") is None
    assert text({"type": "map", "values": "int"}, {"a": 1}, rows, "v.a") == "1"
    maps = {"type": "array", "items": {"type": "map", "values": "string"}}
    assert text(maps, [{"id": "x"}, {}], rows, "v[*].id") == '["x",null]'


LINKED = {
    "type": "record",
    "name": "Linked",
    "fields": [{"name": "id", "type": "int"}, {"name": "next", "type": ["null", "Linked"]}],
}
RECORD = {"type": "record", "name": "Top", "fields": [{"name": "id", "type": "int"}]}


@pytest.mark.parametrize("rows", [1, MANY])
@pytest.mark.parametrize(
    ("schema", "value", "path", "expected"),
    [
        ({"type": "array", "items": RECORD}, [{"id": 7}], "id", "7"),
        (["null", RECORD], {"id": 7}, "id", "7"),
        ({"type": "map", "values": ["string", "int"]}, {"id": 7}, "id", "7"),
        ({"type": "array", "items": {"type": "map", "values": "string"}}, [{"id": "7"}], "id", "7"),
        (LINKED, {"id": 1, "next": {"id": 7, "next": None}}, "next.id", "7"),
    ],
)
def test_the_record_is_found_in_arrays_unions_and_maps(
    schema: Any, value: Any, path: str, expected: str, rows: int
) -> None:
    frame = columns(AvroCodec(), [body(schema, value)] * rows, (path,), json.dumps(schema))
    assert set(frame.rows()) == {(expected, None, None)} or path == "next.id"
    assert set(frame[path].to_list()) == {expected}


@pytest.mark.parametrize("rows", [1, MANY])
@pytest.mark.parametrize(
    ("schema", "value"),
    [({"type": "array", "items": RECORD}, []), ({"type": "array", "items": RECORD}, [{"id": 1}] * 2), ("int", 7)],
)
def test_what_is_not_one_record_is_refused(schema: Any, value: Any, rows: int) -> None:
    frame = columns(AvroCodec(), [body(schema, value)] * rows, ("id",), json.dumps(schema))
    assert frame["decode_error"].null_count() == 0


def field(name: str, kind: str) -> dict[str, str]:
    return {"name": name, "type": kind}


def test_writers_of_different_versions_are_read_by_name() -> None:
    """Evolution: fields that were added, dropped, reordered or widened, in one batch."""
    old = {"type": "record", "name": "Bid", "fields": [field("id", "int"), field("gone", "int")]}
    new = {"type": "record", "name": "Bid", "fields": [field("site", "string"), field("id", "long")]}
    payloads = [body(old, {"id": 1, "gone": 2}), body(new, {"site": "s", "id": 3}), body(old, {"id": 4, "gone": 5})]
    headers = pl.Series([json.dumps(old), json.dumps(new), json.dumps(old)])
    frame = AvroCodec().decode(pl.Series(payloads), headers, ("id", "site"))
    assert frame["id"].to_list() == ["1", "3", "4"]
    assert frame["site"].to_list() == [None, "s", None]
    assert frame["rescued"].to_list() == ['{"gone":2}', None, '{"gone":5}']


NOTHING = {"type": "record", "name": "Nothing", "fields": [{"name": "x", "type": "null"}]}


@pytest.mark.parametrize("items", ["null", NOTHING, {"type": "fixed", "name": "F", "size": 0}, {"type": "null"}])
def test_a_few_bytes_cannot_promise_an_endless_array(items: Any) -> None:
    array = {"name": "v", "type": ["null", {"type": "array", "items": items}]}
    schema = {"type": "record", "name": "R", "fields": [field("id", "int"), array]}
    endless = b"\x02\x02" + b"\xff" * 8 + b"\x7f"
    for rows in (1, MANY):
        frame = columns(AvroCodec(), [endless] * rows, ("id",), json.dumps(schema))
        assert frame["decode_error"].null_count() == 0
