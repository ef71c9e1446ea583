"""Reads traffic files with plain tools, record by record: it shares no code with what wrote them."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable
from pathlib import Path

import fastavro
import zstandard

HEADER_WORDS = {"timestamp", "event_timestamp", "user_id", "event_id"}
HEADER_SCHEMA = {
    "type": "record",
    "name": "Header",
    "fields": [
        {"name": "magic", "type": {"type": "fixed", "name": "Magic", "size": 4}},
        {"name": "meta", "type": {"type": "map", "values": "bytes"}},
        {"name": "sync", "type": {"type": "fixed", "name": "Sync", "size": 16}},
    ],
}
DECOMPRESS: dict[bytes, Callable[[bytes], bytes]] = {
    b"null": bytes,
    b"deflate": lambda data: zlib.decompress(data, wbits=-15),
    b"zstandard": lambda data: zstandard.ZstdDecompressor().decompress(data, max_output_size=2**28),
}


def records_of(path: Path) -> list[object]:
    """The records of a file in their order: bytes of a JSON line, cells of a CSV row, values of an Avro record.

    A container that breaks off ends with None.
    """
    readers = {".json": _json, ".gz": _json, ".zst": _json, ".csv": _csv, ".avro": _avro}
    return readers[path.suffix](path)


def _json(path: Path) -> list[object]:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if path.suffix == ".zst":
        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    if data.startswith(b"["):
        return [json.dumps(element).encode() for element in json.loads(data)]
    return list(data.splitlines())


def _csv(path: Path) -> list[object]:
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    return list(rows[1:] if HEADER_WORDS & set(rows[0]) else rows)


def _avro(path: Path) -> list[object]:
    with path.open("rb") as file:
        header = fastavro.schemaless_reader(file, HEADER_SCHEMA, None)
        schema = fastavro.parse_schema(json.loads(header["meta"]["avro.schema"]))
        decompress = DECOMPRESS[header["meta"]["avro.codec"]]
        found: list[object] = []
        while file.peek(1):
            count = fastavro.schemaless_reader(file, "long", None)
            size = fastavro.schemaless_reader(file, "long", None)
            data = file.read(size)
            if len(data) < size or file.read(16) != header["sync"]:
                return [*found, None]
            block = io.BytesIO(decompress(data))
            found += [fastavro.schemaless_reader(block, schema, None) for _ in range(count)]
            assert block.read() == b""
        return found
