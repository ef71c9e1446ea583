"""Avro containers of every compression are cut into their records, and damage costs one block's rest."""

import io
import json
import random
from typing import Any

import cramjam
import fastavro
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from schemas.codecs import AvroCodec, Record
from tests.contracts.codecs.reading import columns, in_chunks, relaxed

CODEC = AvroCodec()
SCHEMA = {
    "type": "record",
    "name": "Bid",
    "fields": [{"name": "id", "type": "int"}, {"name": "site", "type": "string"}],
}
ROWS = [{"id": number, "site": "s" * (number % 7)} for number in range(200)]
PACKERS = {"zstandard": zstandard.ZstdCompressor().compress, "null": bytes}
COMPRESSIONS = ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"]


def container(compression: str = "null", rows: list[dict[str, Any]] = ROWS) -> bytes:
    """A container with small blocks; zstandard, which fastavro cannot write here, is packed by hand."""
    file = io.BytesIO()
    plain = "null" if compression == "zstandard" else compression
    fastavro.writer(file, SCHEMA, rows, codec=plain, sync_interval=150)
    return repacked(file.getvalue()) if compression == "zstandard" else file.getvalue()


def repacked(data: bytes) -> bytes:
    """A null container as a zstandard one."""
    reader = fastavro.block_reader(io.BytesIO(data))
    header = data[: data.index(reader._header["sync"]) + 16]
    out = header.replace(b"avro.codec\x08null", b"avro.codec\x12zstandard")
    for block in reader:
        packed = zstandard.ZstdCompressor().compress(block.bytes_.getvalue())
        out += varint(block.num_records) + varint(len(packed)) + packed + reader._header["sync"]
    return out


def varint(number: int) -> bytes:
    value, out = number << 1, b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def ids(records: list[Record]) -> list[str]:
    return columns(CODEC, [r.payload for r in records], ("id",), json.dumps(SCHEMA))["id"].to_list()


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_every_record_comes_back_wherever_chunks_end(compression: str) -> None:
    data = container(compression)
    records = in_chunks(CODEC, data)
    assert ids(records) == [str(row["id"]) for row in ROWS]
    assert json.loads(str(records[0].header))["name"] == "Bid"
    assert len({(record.position, record.record_index) for record in records}) == len(ROWS)
    for size in (1, 7, 100):
        assert in_chunks(CODEC, data, range(0, len(data), size)) == records


@relaxed
@given(st.sampled_from(COMPRESSIONS), st.integers(0, 10**6), st.integers(1, 255), st.booleans())
def test_damage_costs_one_broken_record_and_little_else(
    compression: str, place: int, change: int, cut: bool
) -> None:
    data = container(compression)
    place %= len(data)
    damaged = data[:place] if cut else data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]
    records = in_chunks(CODEC, damaged)
    assert in_chunks(CODEC, damaged, range(0, len(damaged), 50)) == records
    in_header = place < len(container(compression, rows=[]))  # a schema that reads otherwise breaks every block
    assert in_header or [record.kind for record in records].count("broken") <= 1
    before = [record for record in in_chunks(CODEC, data) if record.position + 400 < place and not in_header]
    assert records[: len(before)] == before


def test_blocks_behind_a_damaged_one_are_found_again() -> None:
    data = container()
    middle = len(data) // 2
    damaged = data[:middle] + b"\xff" * 4 + data[middle + 4 :]
    records = in_chunks(CODEC, damaged)
    (broken,) = (record for record in records if record.kind == "broken")
    assert broken.position <= middle
    assert ids(records)[-1] == "199"
    assert len(records) > 150


@pytest.mark.parametrize("data", [b"Obj", b"Obj\x01", b"Obj\x01\x02\x01", b"Objx" + b"y" * 100, container()[:80]])
def test_a_file_without_a_whole_header_is_one_broken_record(data: bytes) -> None:
    (record,) = in_chunks(CODEC, data)
    assert (record.kind, record.payload, record.position) == ("broken", data, 0)


def test_a_block_that_promises_the_impossible_takes_no_memory() -> None:
    header = container(rows=[])
    data = header + varint(2**50) + varint(2**40) + random.randbytes(100)
    (record,) = in_chunks(CODEC, data)
    assert record.kind == "broken"


def test_a_snappy_block_with_a_wrong_checksum_is_broken() -> None:
    body = b"\x02\x02a"
    packed = bytes(cramjam.snappy.compress_raw(body)) + b"0000"
    header = container("snappy", rows=[])
    sync = header[-16:]
    (record,) = in_chunks(CODEC, header + varint(1) + varint(len(packed)) + packed + sync)
    assert record.kind == "broken"


def test_a_message_may_be_a_container() -> None:
    assert ids(CODEC.split(container("deflate", ROWS[:2]))) == ["0", "1"]


@pytest.mark.parametrize("header", [None, "", "{", "[]", '"nope"', '{"type":"record"}', "7"])
def test_a_record_without_a_usable_schema_is_refused(header: str | None) -> None:
    frame = columns(CODEC, [b"\x02"], ("id",), header)
    assert frame["decode_error"].null_count() == 0
