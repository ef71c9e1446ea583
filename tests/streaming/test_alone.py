"""A record of a file, sent as a message of its own, is the same record again."""

import io

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codecs import RECORD, AvroCodec, Codec
from schemas.codecs.alone import messages_of
from schemas.discover import all_feeds
from tests.streaming.strategies import CSV, JSON

CODECS = {codec.name: codec for feed in all_feeds() for codec in feed.codecs}
FIELDS = [{"name": "id", "type": "string"}, {"name": "price", "type": ["null", "double"]}]
SCHEMA = {"type": "record", "name": "Request", "fields": FIELDS}
HEADERS = st.sampled_from([b"", b"", b"timestamp,user_id,conversion_type\n"])


def assert_same_again(codec: Codec, content: bytes) -> None:
    records = [record for record in codec.split(content) if record.kind == RECORD]
    for record, message in zip(records, messages_of(codec, records), strict=True):
        (found,) = codec.split(message)
        assert (found.payload, found.header, found.kind) == (record.payload, record.header, RECORD)


@pytest.mark.parametrize("name", ["json", "csv"])
@given(header=HEADERS, lines=st.lists(JSON | CSV, min_size=1, max_size=6))
@settings(deadline=None)
def test_text_records_are_the_same_alone(name: str, header: bytes, lines: list[bytes]) -> None:
    assert_same_again(CODECS[name], header + b"\n".join(lines))


@given(
    rows=st.lists(st.fixed_dictionaries({"id": st.text(), "price": st.none() | st.floats(width=64)}), max_size=5),
    packing=st.sampled_from(["null", "deflate"]),
)
@settings(deadline=None)
def test_avro_bodies_are_the_same_alone(rows: list[dict[str, object]], packing: str) -> None:
    content = io.BytesIO()
    fastavro.writer(content, SCHEMA, rows, codec=packing)
    assert_same_again(AvroCodec(), content.getvalue())


@given(row=st.fixed_dictionaries({"id": st.text(), "price": st.none() | st.floats(allow_nan=False)}))
@settings(deadline=None)
def test_others_read_a_container_of_one_too(row: dict[str, object]) -> None:
    content = io.BytesIO()
    fastavro.writer(content, SCHEMA, [row])
    (message,) = messages_of(AvroCodec(), AvroCodec().split(content.getvalue()))
    assert list(fastavro.reader(io.BytesIO(message))) == [row]
