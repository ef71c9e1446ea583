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
from tests.streaming.strategies import CSV, DOCUMENTS, MESSAGES, TIME_TEXTS

PATH = "timestamp"
CSV_CODEC = CsvCodec(("id", PATH, "user_id", "price"), frozenset({"id", PATH}))


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
    pieces = pl.concat([pl.concat([series, series])[len(series) :], series], rechunk=False)
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
    times = draw(st.lists(st.tuples(st.sampled_from([PATH, PATH, "ts"]), TIME_TEXTS), min_size=1, max_size=2))
    members = draw(st.permutations([*draw(DOCUMENTS).items(), *times]))
    indent, ascii_only = draw(st.sampled_from([None, None, None, 1])), draw(st.booleans())
    texts = (f"{json.dumps(name)}: {json.dumps(one, indent=indent, ensure_ascii=ascii_only)}" for name, one in members)
    return f"{{{', '.join(texts)}}}".encode()


TIMED_JSON = _timed_json()
TIMED_CSV = st.tuples(CSV, TIME_TEXTS, st.sampled_from([b"u-1,2.5", b"u-1", b'"u",1', b"", b"1,2,3"])).map(
    lambda parts: b",".join([parts[0][:8], (parts[1] or "").encode(), parts[2]])
)


@given(st.lists(TIMED_JSON | TIMED_JSON.flatmap(damaged) | MESSAGES | st.none(), min_size=1, max_size=8))
@settings(deadline=None)
def test_dates_in_json(payloads: list[bytes | None]) -> None:
    assert_true(JsonCodec(), payloads)


@given(st.lists(TIMED_CSV | TIMED_CSV.flatmap(damaged) | MESSAGES | st.none(), min_size=1, max_size=8))
@settings(deadline=None)
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
    ("string", TIME_TEXTS.filter(bool)),
    (["null", "string"], TIME_TEXTS),
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
