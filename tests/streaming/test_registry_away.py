"""A real registry that goes away holds up silver, not landing; Avro, JSON Schema and plain JSON share a topic."""

import io
import json
import uuid
from collections.abc import Callable

import fastavro
import polars as pl
import pytest

import resources.registry
from advertisex_assets.silver.inputs import Inputs
from advertisex_assets.silver.refresh import refresh_dates
from advertisex_assets.transforms.enrich import Reference
from resources.registry import RESTING_SECONDS, SchemaRegistry
from resources.run import Run
from schemas.codecs import RegistryUnavailable
from schemas.feeds.bid_requests import FEED as BID_REQUESTS
from schemas.tables.silver import silver_tables
from tests.real.registry import SchemaRegistry as RealRegistry
from tests.real.test_schema_registry import call
from tests.streaming.setting import NOW, Stream

pytestmark = pytest.mark.real

FIELDS = ("auction_id", "timestamp", "website")
AVRO = {"type": "record", "name": "Bid", "fields": [{"name": name, "type": "string"} for name in FIELDS]}
JSON_SCHEMA = {"type": "object", "properties": {name: {"type": "string"} for name in FIELDS}}


def bid(name: str) -> dict[str, str]:
    return dict(zip(FIELDS, (name, f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "news.example"), strict=True))


def avro(record: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    fastavro.schemaless_writer(stream, fastavro.parse_schema(AVRO), record)
    return stream.getvalue()


def test_bytes_land_while_the_registry_is_away_and_are_read_when_it_is_back(
    new_stream: Callable[..., Stream], schema_registry: RealRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def framed(kind: str, schema: object, body: bytes) -> bytes:
        subject = f"/subjects/{uuid.uuid4().hex}/versions"
        answer = call(schema_registry, subject, {"schema": json.dumps(schema), "schemaType": kind})
        return b"\0" + int(str(answer["id"])).to_bytes(4, "big") + body

    now, pauses = [0.0], list[float]()
    registry = SchemaRegistry(schema_registry.url, pauses.append, lambda: now[0])
    stream = new_stream(BID_REQUESTS).create()
    sent = [
        framed("AVRO", AVRO, avro(bid("avro"))),
        framed("JSON", JSON_SCHEMA, json.dumps(bid("json-schema")).encode()),
        json.dumps(bid("json")).encode(),
    ]
    stream.produce(sent)

    def refresh() -> list[str]:
        inputs = Inputs(Reference.empty(), b"test-key", registry)
        refresh_dates(stream.lake, stream.feed, [NOW.date()], inputs, Run("test", clock=lambda: NOW))
        (table,) = silver_tables(stream.feed)
        return sorted(stream.lake.open(table).scan().select(pl.col("auction_id")).collect()["auction_id"])

    schema_registry.pause()
    with monkeypatch.context() as impatient:
        impatient.setattr(resources.registry, "TIMEOUT_SECONDS", 0.2)
        stream.land(schemas=registry)
        assert pauses == sorted(pauses) != []
        assert stream.landed() == sorted(sent)
        with pytest.raises(RegistryUnavailable):
            refresh()
    schema_registry.resume()
    now[0] += RESTING_SECONDS
    assert refresh() == ["avro", "json", "json-schema"]
