"""Proves that the registry registers, gives back, and goes away when told."""

import json
import urllib.error
import urllib.request
import uuid

import pytest

from tests.real.registry import SchemaRegistry

pytestmark = pytest.mark.real
CLICK = json.dumps({"type": "record", "name": "Click", "fields": [{"name": "user_id", "type": "string"}]})


def call(registry: SchemaRegistry, path: str, body: dict[str, str] | None = None) -> dict[str, object]:
    headers = {"Content-Type": "application/vnd.schemaregistry.v1+json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{registry.url}{path}", data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=5) as response:
        answer: dict[str, object] = json.load(response)
    return answer


def test_a_schema_comes_back_by_its_id(schema_registry: SchemaRegistry) -> None:
    subject = f"clicks-{uuid.uuid4().hex}-value"
    schema_id = call(schema_registry, f"/subjects/{subject}/versions", {"schema": CLICK})["id"]
    found = call(schema_registry, f"/schemas/ids/{schema_id}")["schema"]
    assert json.loads(str(found)) == json.loads(CLICK)


def test_an_unknown_id_is_not_found(schema_registry: SchemaRegistry) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        call(schema_registry, "/schemas/ids/987654")
    assert error.value.code == 404


def test_it_can_be_down_and_come_back(schema_registry: SchemaRegistry) -> None:
    schema_registry.stop()
    with pytest.raises(urllib.error.URLError):
        call(schema_registry, "/subjects")
    schema_registry.start()
    call(schema_registry, "/subjects")
