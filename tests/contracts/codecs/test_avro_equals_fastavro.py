"""Avro decoded all at once equals Avro decoded record by record, whatever the schema, the values and the damage."""

import io
import json
from typing import Any

import fastavro
import polars as pl
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas.codecs import AvroCodec
from schemas.codecs.avro_layout import layout_of
from schemas.codecs.avro_one_by_one import documents_of
from schemas.codecs.avro_schema import without_logical_types
from schemas.codecs.avro_steps import fields_of
from schemas.codecs.documents import frame_of
from tests.contracts.codecs.avro_strategies import Shape, records, takes_bytes

PATHS = ("f0", "f1.f0", "f1", "f2.f0.f1", "f0[0]", "f0[*]", "f0[*].f0", "f1.f1.f0", "missing", "missing.f0")
SLOW_TO_DRAW = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def encoded(schema: Any, values: list[Any]) -> list[bytes]:
    """The bodies that fastavro writes."""
    raw = fastavro.parse_schema(without_logical_types(schema))
    bodies = []
    for value in values:
        stream = io.BytesIO()
        fastavro.schemaless_writer(stream, raw, value)
        bodies.append(stream.getvalue())
    return bodies


def at_once(bodies: list[bytes], schema_text: str) -> pl.DataFrame:
    """The codec's columns, from a batch large enough for the vectorised decoder."""
    payloads = pl.Series(bodies, dtype=pl.Binary)
    headers = pl.Series([schema_text] * len(bodies), dtype=pl.String)
    return AvroCodec().decode(payloads, headers, PATHS)


def one_by_one(bodies: list[bytes], schema_text: str) -> pl.DataFrame:
    """The same columns, from fastavro."""
    return frame_of(*documents_of(bodies, schema_text), PATHS)


def drawn_bodies(data: st.DataObject, shape: Shape) -> list[bytes]:
    """A few different bodies, repeated to fill a batch."""
    values = data.draw(st.lists(shape.values, min_size=1, max_size=6))
    few = encoded(shape.schema, values)
    return (few * 100)[:100]


@SLOW_TO_DRAW
@given(records(), st.data())
def test_every_schema_is_decoded_as_fastavro_does(shape: Shape, data: st.DataObject) -> None:
    bodies, text = drawn_bodies(data, shape), json.dumps(shape.schema)
    event(f"vectorised: {layout_of(text) is not None}")
    assert_frame_equal(at_once(bodies, text), one_by_one(bodies, text))


@SLOW_TO_DRAW
@given(records(vectorisable=True), st.booleans(), st.data())
def test_the_vectorised_decoder_gives_what_fastavro_gives(shape: Shape, in_array: bool, data: st.DataObject) -> None:
    bodies = drawn_bodies(data, shape)
    schema = shape.schema
    if in_array and takes_bytes(shape):
        bodies, schema = [b"\x02" + body + b"\x00" for body in bodies], {"type": "array", "items": schema}
    text = json.dumps(schema)
    event(f"vectorised: {layout_of(text) is not None}")
    assert_frame_equal(at_once(bodies, text), one_by_one(bodies, text))


@SLOW_TO_DRAW
@given(records(vectorisable=True), st.data())
def test_damaged_bodies_are_refused_without_harm_to_their_neighbours(shape: Shape, data: st.DataObject) -> None:
    good, text = drawn_bodies(data, shape), json.dumps(shape.schema)
    places = data.draw(st.lists(st.integers(0, 99), max_size=4, unique=True))
    bodies = list(good)
    for place in places:
        bodies[place] = data.draw(damaged(good[place]))
    decoded, reference = at_once(bodies, text), one_by_one(bodies, text)
    assert_frame_equal(decoded, reference)
    untouched = [place for place in range(100) if place not in places]
    assert_frame_equal(decoded[untouched], at_once(good, text)[untouched])


def damaged(body: bytes) -> st.SearchStrategy[bytes]:
    """Cut short, with bytes left over, with one byte changed, or something else altogether."""
    cut = st.integers(0, len(body)).map(lambda end: body[:end])
    longer = st.binary(min_size=1, max_size=3).map(lambda more: body + more)
    changed = st.tuples(st.integers(0, max(len(body) - 1, 0)), st.binary(min_size=1, max_size=1)).map(
        lambda change: body[: change[0]] + change[1] + body[change[0] + 1 :]
    )
    return cut | longer | changed | st.binary(max_size=20)


def test_the_sample_shapes_of_the_feed_are_vectorised() -> None:
    """Flat records, optional fields, nested records, maps and one-element arrays must not fall back."""
    site = {"type": "record", "name": "Site", "fields": [{"name": "domain", "type": ["null", "string"]}]}
    fields = [
        {"name": "id", "type": "string"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "site", "type": ["null", site]},
        {"name": "ext", "type": {"type": "map", "values": "string"}},
        {"name": "price", "type": ["null", "int", "double"]},
    ]
    record = {"type": "record", "name": "Bid", "fields": fields}
    assert layout_of(json.dumps(record)) is not None
    assert layout_of(json.dumps({"type": "array", "items": record})) is not None


@SLOW_TO_DRAW
@given(records(), st.booleans(), st.data())
def test_a_peek_steps_to_what_fastavro_gives(shape: Shape, is_damaged: bool, data: st.DataObject) -> None:
    bodies, text = drawn_bodies(data, shape), json.dumps(shape.schema)
    if is_damaged:
        bodies[7] = data.draw(damaged(bodies[7]))
    payloads, headers = pl.Series(bodies, dtype=pl.Binary), pl.Series([text] * len(bodies), dtype=pl.String)
    paths = [path for path in ("f0", "f1", "f2", "f3") if data.draw(st.booleans())] or ["f0"]
    peeked = AvroCodec().peek(payloads, headers, paths)
    reference = frame_of(*documents_of(bodies, text), paths)
    layout = layout_of(text)
    event(f"stepped: {layout is not None and fields_of(payloads, layout, paths) is not None}")
    readable = reference["decode_error"].is_null()
    assert_frame_equal(peeked.filter(readable).select(paths), reference.filter(readable).select(paths))


def test_a_time_behind_texts_and_optional_fields_is_stepped_to() -> None:
    """Without this the test above could pass with steps that are never taken."""
    site = {"type": "record", "name": "Site", "fields": [{"name": "domain", "type": ["null", "string"]}]}
    fields = [
        {"name": "id", "type": "string"},
        {"name": "site", "type": ["null", site]},
        {"name": "price", "type": ["null", "int", "double"]},
        {"name": "at", "type": ["null", "string"]},
        {"name": "seen", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "ext", "type": {"type": "map", "values": "string"}},
    ]
    schema = {"type": "record", "name": "Bid", "fields": fields}
    rest = {"seen": 1_767_225_600_000, "ext": {"a": "b"}}
    bodies = encoded(
        schema,
        [
            {"id": "x" * 300, "site": None, "price": 0.5, "at": "2026-03-01T00:00:00Z", **rest},
            {"id": "", "site": {"domain": "a.example"}, "price": -3, "at": None, **rest},
        ],
    )
    layout = layout_of(json.dumps(schema))
    assert layout is not None
    found = fields_of(pl.Series(bodies, dtype=pl.Binary), layout, ["at", "seen"])
    assert found is not None
    assert found["at"].to_list() == ["2026-03-01T00:00:00Z", None]
    assert found["seen"].to_list() == ["2026-01-01T00:00:00.000000Z"] * 2
