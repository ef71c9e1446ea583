"""Each format's plain journey: bytes are cut into records, and records read into columns."""

import io

import fastavro

from schemas.codecs import AvroCodec, CsvCodec, JsonCodec
from tests.contracts.codecs.reading import rows

CSV = CsvCodec(positional=("timestamp", "user_id", "conversion_type"), known=frozenset({"timestamp", "user_id"}))




def test_json_lines_arrays_and_concatenated_objects_give_the_same_rows() -> None:
    expected = [("1", "x", None, None), ("2", None, '{"z":true}', None)]
    lines = b'{"a":1,"b":{"c":"x"}}\n{"a":2,"z":true}\n'
    pretty = b'[\n  {\n    "a": 1,\n    "b": {"c": "x"}\n  },\n  {"a": 2, "z": true}\n]\n'
    together = b'{"a":1,"b":{"c":"x"}}{"a":2,"z":true}'
    for data in (lines, pretty, together):
        assert rows(JsonCodec(), data, "a", "b.c") == expected


def test_csv_with_and_without_header_gives_the_same_rows() -> None:
    expected = [("t1", "u1", None, None), ("t2", "u,2", None, None)]
    assert rows(CSV, b'timestamp,user_id\r\nt1,u1\r\nt2,"u,2"\r\n', "timestamp", "user_id") == expected
    assert rows(CSV, b't1,u1\nt2,"u,2"', "timestamp", "user_id") == expected


def test_an_avro_container_gives_its_records() -> None:
    schema = {
        "type": "record",
        "name": "BidRequest",
        "fields": [{"name": "user", "type": ["null", "long"]}, {"name": "bid", "type": "float"}],
    }
    file = io.BytesIO()
    fastavro.writer(file, schema, [{"user": 7, "bid": 0.1}, {"user": None, "bid": 2.0}], codec="snappy")
    expected = [("7", "0.1", None, None), (None, "2", None, None)]
    assert rows(AvroCodec(), file.getvalue(), "user", "bid") == expected
