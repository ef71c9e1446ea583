"""The registry client: schemas are found by id and fingerprint, asked for once, and an outage is told from an
unknown schema."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from resources.registry import SchemaRegistry
from schemas.codecs import RegistryUnavailable, UnknownSchema
from schemas.codecs.avro_schema import fingerprint_of, writer_schema
from tests.real.registry import SchemaRegistry as RealRegistry
from tests.real.test_schema_registry import call

CLICK = json.dumps({"type": "record", "name": "Click", "fields": [{"name": "user_id", "type": "string"}]})
Answers = dict[str, tuple[int, Any]]


@contextmanager
def http_registry(answers: Answers) -> Iterator[tuple[str, list[str]]]:
    """A server with fixed answers by path; gives its URL and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, body = answers.get(self.path, (404, {"error_code": 40403}))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def no_sleep(_: float) -> None:
    """Instead of waiting."""


def test_a_schema_is_asked_for_once() -> None:
    with http_registry({"/schemas/ids/7": (200, {"schema": CLICK})}) as (url, asked):
        registry = SchemaRegistry(url)
        assert registry.schema_by_id(7) == registry.schema_by_id(7) == (CLICK, "AVRO")
    assert asked == ["/schemas/ids/7"]


def test_an_unknown_schema_may_be_registered_later() -> None:
    answers: Answers = {}
    with http_registry(answers) as (url, _):
        registry = SchemaRegistry(url)
        with pytest.raises(UnknownSchema, match="8"):
            registry.schema_by_id(8)
        answers["/schemas/ids/8"] = (200, {"schema": "{}", "schemaType": "JSON"})
        assert registry.schema_by_id(8).language == "JSON"


def test_a_failing_registry_is_tried_again_and_then_left_alone() -> None:
    now = 0.0
    with http_registry({"/schemas/ids/7": (503, {})}) as (url, asked):
        registry = SchemaRegistry(url, sleep=no_sleep, clock=lambda: now)
        with pytest.raises(RegistryUnavailable, match="503"):
            registry.schema_by_id(7)
        tries = len(asked)
        assert tries > 1
        with pytest.raises(RegistryUnavailable):
            registry.schema_by_id(7)
        assert len(asked) == tries
        now = 60.0
        with pytest.raises(RegistryUnavailable):
            registry.schema_by_id(7)
        assert len(asked) > tries


def test_an_unreachable_registry_is_no_unknown_schema_and_its_password_is_not_told() -> None:
    with http_registry({}) as (url, _):
        pass
    registry = SchemaRegistry(url.replace("//", "//user:secret@"), sleep=no_sleep)
    with pytest.raises(RegistryUnavailable) as error:
        registry.schema_by_id(7)
    assert "secret" not in str(error.value)


def test_a_schema_that_refers_to_others_is_whole() -> None:
    site = json.dumps({"type": "record", "name": "x.Site", "fields": [{"name": "domain", "type": "string"}]})
    fields = [{"name": "site", "type": ["null", "Site"]}, {"name": "other", "type": "x.Site"}]
    bid = json.dumps({"type": "record", "name": "Bid", "namespace": "x", "fields": fields})
    reference = {"name": "x.Site", "subject": "the/site", "version": 2}
    answers = {
        "/schemas/ids/1": (200, {"schema": bid, "references": [reference]}),
        "/subjects/the%2Fsite/versions/2": (200, {"schema": site}),
    }
    with http_registry(answers) as (url, _):
        text = SchemaRegistry(url).schema_by_id(1).text
    assert set(writer_schema(text).names) == {"x.Bid", "x.Site"}


@pytest.mark.real
def test_a_real_registry_answers_by_id_and_fingerprint_goes_down_and_comes_back(
    schema_registry: RealRegistry,
) -> None:
    subject = "test-registry-client-value"
    body = {"schema": CLICK}
    schema_id = int(str(call(schema_registry, f"/subjects/{subject}/versions", body)["id"]))
    registry = SchemaRegistry(schema_registry.url, sleep=no_sleep)
    assert json.loads(registry.schema_by_fingerprint(fingerprint_of(CLICK)).text) == json.loads(CLICK)
    with pytest.raises(UnknownSchema):
        registry.schema_by_id(schema_id + 100_000)
    with pytest.raises(UnknownSchema):
        registry.schema_by_fingerprint(1)
    schema_registry.stop()
    with pytest.raises(RegistryUnavailable):
        SchemaRegistry(schema_registry.url, sleep=no_sleep).schema_by_id(schema_id)


def test_the_fingerprint_is_that_of_the_avro_specification() -> None:
    assert fingerprint_of('"null"') == 0x63DD24E7CC258F8A
