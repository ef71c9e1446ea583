"""Measures the decoders that decision 007 weighs, in CPU time of one process, and prints records per CPU second.

    .venv/bin/python docs/decisions/measure_decoding.py [records]

Sizes, not promises: another machine and other records give other numbers; the ratios are what was decided by.
"""

import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping

import fastavro
import polars as pl

from schemas.codecs import AvroCodec, JsonCodec
from schemas.codecs.batches import peek
from schemas.codecs.schema_source import NO_SCHEMAS

ROUNDS = 5

IMPRESSION: Mapping[str, object] = {
    "impression_id": "imp-1-10000169",
    "ad_creative_id": 4033,
    "user_id": 100005,
    "timestamp": "2026-03-02T12:27:37.421523Z",
    "website": "chess-25.example",
    "campaign_id": 111,
    "price": 0.002266,
    "currency": "USD",
    "auction_id": "auc-1-10000169",
    "viewable_ms": 4200,
}
PATHS = (*(name for name in IMPRESSION if name != "viewable_ms"), "country", "device")
"""One field that no column reads (to be rescued), two columns that no record fills."""

BID = {"auction_id": "auc-1-1", "user_id": "u-1", "bid_amount": 1.25, "timestamp": "2026-03-02T12:27:37Z"}
BID_SCHEMA = {
    "type": "record",
    "name": "Bid",
    "fields": [{"name": name, "type": "double" if name == "bid_amount" else "string"} for name in BID],
}


def json_decoders(records: int) -> dict[str, Callable[[], object]]:
    """Ways to read JSON records, by what they are called in the decision."""
    payloads = [json.dumps({**IMPRESSION, "impression_id": f"i-{n}"}).encode() for n in range(records)]
    column, nothing = pl.Series(payloads), pl.repeat(None, records, dtype=pl.String, eager=True)
    lines, codec = b"\n".join(payloads), JsonCodec()
    schema = dict.fromkeys(PATHS, pl.String)
    return {
        "json: the codec, every column": lambda: codec.decode(column, nothing, PATHS),
        "json: the codec, time only (peek)": lambda: peek(codec, column, nothing, ("timestamp",), NO_SCHEMAS),
        "json: read_ndjson, no unknown fields": lambda: pl.read_ndjson(lines, schema=schema),
        "json: str.json_decode, no unknown fields": lambda: column.cast(pl.String).str.json_decode(
            pl.Struct(schema)
        ),
    }


def avro_decoders(records: int) -> dict[str, Callable[[], object]]:
    """Ways to read bare Avro bodies."""
    schema = fastavro.parse_schema(BID_SCHEMA)
    body = io.BytesIO()
    fastavro.schemaless_writer(body, schema, BID)
    bodies = [body.getvalue()] * records
    texts = pl.repeat(json.dumps(BID_SCHEMA), records, dtype=pl.String, eager=True)
    column, codec = pl.Series(bodies), AvroCodec()
    return {
        "avro: the codec, every column": lambda: codec.decode(column, texts, tuple(BID)),
        "avro: fastavro, to dicts only": lambda: [
            fastavro.schemaless_reader(io.BytesIO(one), schema, None) for one in bodies
        ],
    }


def main(records: int = 50_000) -> None:
    """One line per decoder."""
    for name, decode in (json_decoders(records) | avro_decoders(records)).items():
        seconds = statistics.median(_cpu_seconds(decode) for _ in range(ROUNDS))
        print(f"{name:<44}{records / seconds / 1e6:6.2f} million records per CPU second")


def _cpu_seconds(decode: Callable[[], object]) -> float:
    # CPU time of all threads: other work on the machine moves it less than the clock on the wall.
    before = time.process_time()
    decode()
    return time.process_time() - before


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
