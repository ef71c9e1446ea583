"""The dates that codecs tell at a glance are those of the times that their decoders read."""

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from schemas.codecs import AvroConfluentCodec, Codec, CsvCodec, JsonCodec, RegisteredSchema, UnknownSchema
from schemas.codecs.batches import PLAIN_UTC, Dated
from schemas.codecs.native.scanner import scanner
from tests.contracts.codecs.avro_strategies import Shape, records
from tests.contracts.codecs.test_avro_equals_fastavro import SLOW_TO_DRAW, damaged, encoded
from tests.real.requirements import missing
from tests.streaming.strategies import DOCUMENTS, MESSAGES, TIME_TEXTS

PATH = "timestamp"
CSV_CODEC = CsvCodec(("id", PATH, "user_id", "price"), frozenset({"id", PATH}))


USUAL_TIMES = st.sampled_from(
    ["2026-03-01T00:00:00Z", "2024-02-29T23:59:59.123456789Z", "2000-02-29T12:00:00.1Z", "1900-02-28T00:00:00Z"]
)
NO_TIMES = st.sampled_from(
    ["1900-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "2026-03-01T24:00:00Z", "2026-04-31T00:00:00Z"]
)
TIMES = st.sampled_from([USUAL_TIMES] * 3 + [NO_TIMES, TIME_TEXTS]).flatmap(lambda times: times)
"""Mostly such as can be told, so that what must not be told is told if something is wrong."""


@pytest.fixture(autouse=True)
def _compiled() -> None:
    if scanner() is None:
        missing("scan.so", "it is compiled by `make setup`")


def plain_date(text: str | None) -> date | None:
    """The date in a plain UTC time."""
    if text is None or not re.fullmatch(PLAIN_UTC, text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def told(codec: Codec, payloads: Sequence[bytes | None], *schemas: Any) -> list[date | None]:
    """What the codec tells at a glance, of messages that lie in several pieces of memory."""
    assert isinstance(codec, Dated)
    series = pl.Series(payloads, dtype=pl.Binary)
    behind_another = pl.concat([pl.Series([b"{}"]), series], rechunk=True)[1:]
    pieces = pl.concat([behind_another, series], rechunk=False)
    dates = codec.dates(pieces, PATH, *schemas).to_list()
    assert dates[: len(payloads)] == dates[len(payloads) :]
    return dates[len(payloads) :]


def assert_true(codec: Codec, payloads: Sequence[bytes | None]) -> None:
    """What is told is what the decoder reads; of a damaged payload nothing is told."""
    found = told(codec, payloads)
    event(f"told: {any(found)}")
    for payload, day in zip(payloads, found, strict=True):
        if day is not None:
            read = codec.decode(pl.Series([payload]), pl.Series([None], dtype=pl.String), [PATH]).row(0, named=True)
            assert (read["decode_error"], plain_date(read[PATH])) == (None, day), payload


@st.composite
def _timed_json(draw: st.DrawFn) -> bytes:
    """An object with times at several places, and perhaps twice under one name."""
    times = draw(st.lists(st.tuples(st.sampled_from([PATH, PATH, "ts"]), TIMES), min_size=1, max_size=2))
    others = draw(st.sampled_from([{}, {"id": "a", "price": -2.5e-05, "is_new": True}]) | DOCUMENTS)
    members = draw(st.permutations([*others.items(), *times]))
    indent, ascii_only = draw(st.sampled_from([None, None, None, 1])), draw(st.booleans())
    texts = (f"{json.dumps(name)}: {json.dumps(one, indent=indent, ensure_ascii=ascii_only)}" for name, one in members)
    return f"{{{', '.join(texts)}}}".encode()


TIMED_JSON = _timed_json()
TIMED_CSV = st.tuples(st.sampled_from(["i-1", "i-1", '"i"', ""]) | st.text(max_size=4), TIMES, st.integers(0, 4)).map(
    lambda cells: ",".join([cells[0], cells[1] or "", *["x" * 9] * cells[2]]).encode()
)


def payloads_of(timed: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[bytes | None]]:
    """Some with times, some of those damaged, and whatever else comes."""
    others = timed.flatmap(damaged) | MESSAGES | st.none()
    parts = st.tuples(st.lists(timed, min_size=2, max_size=6), st.lists(others, max_size=3))
    return parts.flatmap(lambda both: st.permutations(both[0] + both[1]))


@given(payloads_of(TIMED_JSON))
@settings(max_examples=60, deadline=None)
def test_dates_in_json(payloads: list[bytes | None]) -> None:
    assert_true(JsonCodec(), payloads)


@given(payloads_of(TIMED_CSV))
@settings(max_examples=60, deadline=None)
def test_dates_in_csv(payloads: list[bytes | None]) -> None:
    assert_true(CSV_CODEC, payloads)


class OneSchema:
    """A registry that knows one schema."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def schema_by_id(self, schema_id: int) -> RegisteredSchema:
        if schema_id != 1:
            raise UnknownSchema("unknown")
        return RegisteredSchema(json.dumps(self._schema))

    def schema_by_fingerprint(self, fingerprint: int) -> RegisteredSchema:
        raise UnknownSchema("unknown")


FRAME = b"\0\0\0\0\1"
TIME_TYPES = [
    ("string", TIMES.filter(bool)),
    (["null", "string"], TIMES),
    *(
        ({"type": "long", "logicalType": logical}, st.integers(-(2**63), 2**63 - 1) | st.integers(0, 2**61))
        for logical in ("timestamp-millis", "timestamp-micros", "timestamp-nanos", "local-timestamp-millis", "no")
    ),
]


@SLOW_TO_DRAW
@given(records(), st.sampled_from(TIME_TYPES), st.integers(0, 4), st.data())
def test_dates_in_avro(
    shape: Shape, timed: tuple[Any, st.SearchStrategy[Any]], place: int, data: st.DataObject
) -> None:
    kind, times = timed
    fields = [*shape.schema["fields"][:place], {"name": PATH, "type": kind}, *shape.schema["fields"][place:]]
    schema = shape.schema | {"fields": fields}
    values = [data.draw(shape.values) | {PATH: data.draw(times)} for _ in range(3)]
    bodies = [FRAME + body for body in encoded(schema, values)]
    payloads = [*bodies, data.draw(damaged(bodies[0])), b"\0\0\0\0\2" + bodies[0][5:], b"", None]
    found = told(AvroConfluentCodec(), payloads, OneSchema(schema))
    event(f"told: {any(found)}")
    for payload, day in zip(payloads, found, strict=True):
        if day is not None:
            one = (pl.Series([payload]), pl.Series([None], dtype=pl.String), [PATH], OneSchema(schema))
            read = AvroConfluentCodec().decode(*one).row(0, named=True)
            # Damage behind the time may pass.
            assert read["decode_error"] is not None or plain_date(read[PATH]) == day


def test_what_senders_mostly_send_is_told() -> None:
    """Without this the tests above could pass if nothing were ever told."""
    day = date(2024, 2, 29)
    nested = b'{"a": {"timestamp": "x", "b": [1, -2.5e-05, {"c": []}]}, "timestamp":"2024-02-29T23:59:59.123Z" }'
    assert told(JsonCodec(), [nested, b'{"timestamp": "2023-02-29T00:00:00Z"}']) == [day, None]
    assert told(CSV_CODEC, [b"i-1,2024-02-29T00:00:00Z", b"i-1,2024-02-29T00:00:00Z,,9"]) == [day, day]
    millis = {"type": "long", "logicalType": "timestamp-millis"}
    before = [{"name": "id", "type": "string"}, {"name": "price", "type": ["null", "double", "int"]}]
    for kind, value in ((["null", "string"], "2024-02-29T00:00:00Z"), (["null", millis], 1_709_164_800_000)):
        schema = {"type": "record", "name": "Bid", "fields": [*before, {"name": PATH, "type": kind}]}
        bodies = encoded(schema, [{"id": "x" * 99, "price": price, PATH: value} for price in (None, 0.5, 3)])
        found = told(AvroConfluentCodec(), [FRAME + body for body in bodies], OneSchema(schema))
        assert found == [day] * 3
