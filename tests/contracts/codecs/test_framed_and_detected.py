"""Framed messages find their schema, formats are told apart by their first bytes, and compression is undone."""

import gzip
import io
import json
import random
from collections.abc import Callable

import fastavro
import polars as pl
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from schemas.codecs import (
    AvroCodec,
    AvroConfluentCodec,
    AvroSingleObjectCodec,
    Codec,
    CsvCodec,
    JsonCodec,
    RegisteredSchema,
    RegistryUnavailable,
    UnknownSchema,
    WhenDownUnknown,
    detect,
)
from schemas.codecs.avro_schema import fingerprint_of
from schemas.codecs.compression import CorruptCompression, decompressed
from tests.contracts.codecs.reading import relaxed

OLD = json.dumps({"type": "record", "name": "Bid", "fields": [{"name": "id", "type": "int"}]})
NEW = json.dumps(
    {"type": "record", "name": "Bid", "fields": [{"name": "id", "type": "string"}, {"name": "x", "type": "int"}]}
)


class Schemas:
    """A registry in memory: Avro under 1 and 2, JSON Schema under 3, Protobuf under 4; down for 9."""

    def schema_by_id(self, schema_id: int) -> RegisteredSchema:
        known = {1: (OLD, "AVRO"), 2: (NEW, "AVRO"), 3: ("{}", "JSON"), 4: ("message B {}", "PROTOBUF")}
        if schema_id == 9:
            raise RegistryUnavailable("The registry is down.")
        if schema_id not in known:
            raise UnknownSchema(f"Schema {schema_id} is unknown.")
        return RegisteredSchema(*known[schema_id])

    def schema_by_fingerprint(self, fingerprint: int) -> RegisteredSchema:
        if fingerprint == fingerprint_of(NEW):
            return RegisteredSchema(NEW)
        raise UnknownSchema("no such fingerprint")


def body(schema: str, **fields: int | str) -> bytes:
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(json.loads(schema)), fields)
    return stream.getvalue()


def framed(schema_id: int, data: bytes) -> bytes:
    return b"\0" + schema_id.to_bytes(4, "big") + data


def test_confluent_messages_of_many_schemas_are_read_in_their_order() -> None:
    messages = [
        framed(1, body(OLD, id=1)),
        framed(2, body(NEW, id="two", x=5)),
        framed(7, b"\x02"),
        framed(3, b'{"id": "three"}'),
        framed(1, body(OLD, id=4) + b"left over"),
        framed(4, b"\x02"),
        b"\0\0",
        framed(1, body(OLD, id=8)),
    ]
    payloads, headers = pl.Series(messages, dtype=pl.Binary), pl.Series([None] * len(messages), dtype=pl.String)
    frame = AvroConfluentCodec().decode(payloads, headers, ("id",), Schemas())
    assert frame["id"].to_list() == ["1", "two", None, "three", None, None, None, "8"]
    assert frame["rescued"].to_list()[:2] == [None, '{"x":5}']
    errors = frame["decode_error"].to_list()
    assert [error is None for error in errors] == [True, True, False, True, False, False, False, True]
    assert errors[2] == "Schema 7 is unknown."


def test_a_registry_that_is_down_stops_decoding_unless_landing_asks() -> None:
    payloads, headers = pl.Series([framed(9, b"\x02")]), pl.Series([None], dtype=pl.String)
    codec = AvroConfluentCodec()
    with pytest.raises(RegistryUnavailable):
        codec.decode(payloads, headers, ("id",), Schemas())
    assert codec.decode(payloads, headers, ("id",), WhenDownUnknown(Schemas()))["decode_error"].null_count() == 0
    assert codec.decode(payloads, headers, ("id",))["decode_error"].null_count() == 0


def test_single_object_messages_are_read_by_fingerprint() -> None:
    message = b"\xc3\x01" + fingerprint_of(NEW).to_bytes(8, "little") + body(NEW, id="a", x=1)
    payloads, headers = pl.Series([message, message[:4]]), pl.Series([None, None], dtype=pl.String)
    frame = AvroSingleObjectCodec().decode(payloads, headers, ("id",), Schemas())
    assert frame["id"].to_list() == ["a", None]
    assert frame["decode_error"].is_null().to_list() == [True, False]


CODECS = (
    JsonCodec(),
    AvroCodec(),
    AvroConfluentCodec(),
    AvroSingleObjectCodec(),
    CsvCodec(positional=("a", "b"), known=frozenset({"a"})),
)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'{"a":1}', "json"),
        (b'\xef\xbb\xbf \n [{"a":1}', "json"),
        (b"Obj\x01\x04\x14", "avro"),
        (framed(1, b"\x02"), "avro_confluent"),
        (b"\xc3\x01abcdefgh\x02", "avro_single_object"),
        (b"a,b\n1,2\n", "csv"),
        (b'\xef\xbb\xbf"a","b"\n', "csv"),
        (b"neither", "json"),
        (b"", "json"),
    ],
)
def test_the_codec_is_told_by_the_first_bytes(head: bytes, name: str) -> None:
    codec = detect(CODECS, head)
    assert codec.name == name
    assert len(codec.split(head)) >= 1


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
    "none": bytes,
}


def unpacked(data: bytes, size: int) -> bytes:
    return b"".join(decompressed((data[at : at + size] for at in range(0, len(data), size)), data[:8]))


@relaxed
@given(st.sampled_from(["gzip", "zstd"]), st.lists(st.binary(max_size=300), min_size=1, max_size=3), st.integers(1, 99))
def test_streams_of_several_members_are_decompressed(name: str, members: list[bytes], size: int) -> None:
    assert unpacked(b"".join(map(PACK[name], members)), size) == b"".join(members)


def collect(data: bytes, into: bytearray) -> None:
    for piece in decompressed([data], data[:8]):
        into += piece


@pytest.mark.parametrize("name", ["gzip", "zstd"])
@pytest.mark.parametrize("kind", ["cut", "changed", "junk behind"])
def test_damage_is_told_after_everything_readable(name: str, kind: str) -> None:
    plain = random.Random(7).randbytes(400_000)
    whole = PACK[name](b"first") + PACK[name](plain)
    changed = whole[:-200_000] + b"\x00\x01\x02" * 4 + whole[-199_988:]
    damaged = {"cut": whole[:-100], "changed": changed, "junk behind": whole + b"junk"}[kind]
    readable = bytearray()
    with pytest.raises(CorruptCompression) as error:
        collect(damaged, readable)
    assert error.value.readable_bytes == len(readable)
    assert readable.startswith(b"first")
    if kind != "changed":
        assert (b"first" + plain).startswith(readable)


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_small_file_cannot_fill_the_memory(name: str) -> None:
    packed = PACK[name](bytes(300 << 20))
    largest = max(len(piece) for piece in decompressed([packed], packed[:8]))
    assert largest <= 128 << 20


def test_plain_bytes_pass_as_they_are_and_padding_is_no_damage() -> None:
    assert unpacked(b"a,b\n", 3) == b"a,b\n"
    assert unpacked(b"", 1) == b""
    assert unpacked(gzip.compress(b"x") + bytes(1000), 100) == b"x"


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
@pytest.mark.parametrize("payloads", [[], [None], [b""]])
def test_nothing_to_read_is_read_as_nothing(codec: Codec, payloads: list[bytes | None]) -> None:
    headers = pl.Series([None] * len(payloads), dtype=pl.String)
    frame = codec.decode(pl.Series(payloads, dtype=pl.Binary), headers, ("a", "b.c", "a"), Schemas())
    assert frame.schema == dict.fromkeys(("a", "b.c", "rescued", "decode_error"), pl.String())
    assert frame["decode_error"].is_not_null().to_list() == [True] * len(payloads)
