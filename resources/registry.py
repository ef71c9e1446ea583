"""The schema registry (Confluent's API, as Confluent, Apicurio, Karapace and Redpanda serve it): writer schemas by id.

Schemas never change, so each is asked for once and kept for ever. Decoding lives in `schemas/codecs`.
"""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from schemas.codecs.avro_schema import BadSchema, fingerprint_of, with_references
from schemas.codecs.schema_source import AVRO, RegisteredSchema, RegistryUnavailable, UnknownSchema

TIMEOUT_SECONDS = 5.0
"""An answer is a few kilobytes from memory; more than this is an outage."""

PAUSES_SECONDS = (0.2, 0.5, 1.0)
"""Before each further try: long enough for a restart behind a load balancer."""

RESTING_SECONDS = 10.0
"""After an outage the registry is left alone for this long, so that a landing does not wait at every batch."""

NOT_FOUND = 404
SERVER_ERRORS_FROM = 500
TOO_MANY_REQUESTS = 429


class SchemaRegistry:
    """A SchemaSource (see `schemas/codecs/schema_source.py`); `url` may carry user and password."""

    def __init__(
        self,
        url: str,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._given_url = url
        parts = urllib.parse.urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self._url = urllib.parse.urlunsplit(parts._replace(netloc=host)).rstrip("/")
        self._headers = {"Accept": "application/vnd.schemaregistry.v1+json"} | _authorization(parts)
        self._sleep = sleep
        self._clock = clock
        self._down_until = float("-inf")
        self._by_id: dict[int, RegisteredSchema] = {}
        self._by_fingerprint: dict[int, RegisteredSchema] = {}
        self._versions_seen: set[tuple[str, int]] = set()

    def __reduce__(self) -> tuple[object, tuple[str]]:
        """On another machine it is opened anew: what is down here may be up there."""
        return registry_at, (self._given_url,)

    def schema_by_id(self, schema_id: int) -> RegisteredSchema:
        """The schema of an id; UnknownSchema when there is none, RegistryUnavailable when nobody answers."""
        if schema_id not in self._by_id:
            answer = self._get(f"/schemas/ids/{schema_id}", f"Schema {schema_id} is unknown to the registry.")
            self._by_id[schema_id] = self._registered(answer)
        return self._by_id[schema_id]

    def schema_by_fingerprint(self, fingerprint: int) -> RegisteredSchema:
        """The Avro schema of a CRC-64-AVRO fingerprint, searched among all that are registered; raises as above."""
        unknown = f"No registered schema has the fingerprint {fingerprint:016x}."
        if fingerprint not in self._by_fingerprint:
            for subject, version in self._unseen_versions(unknown):
                answer = self._get(f"/subjects/{_quoted(subject)}/versions/{version}", unknown)
                self._note_fingerprint(self._registered(answer))
                self._versions_seen.add((subject, version))
        try:
            return self._by_fingerprint[fingerprint]
        except KeyError:
            raise UnknownSchema(unknown) from None

    def _unseen_versions(self, unknown: str) -> Iterator[tuple[str, int]]:
        for subject in self._get("/subjects", unknown):
            for version in self._get(f"/subjects/{_quoted(subject)}/versions", unknown):
                if (subject, version) not in self._versions_seen:
                    yield subject, version

    def _note_fingerprint(self, schema: RegisteredSchema) -> None:
        if schema.language != AVRO:
            return
        try:
            self._by_fingerprint[fingerprint_of(schema.text)] = schema
        except BadSchema:
            return  # no body can name it

    def _registered(self, answer: dict[str, Any]) -> RegisteredSchema:
        """The schema in an answer, with the schemas it refers to written into it."""
        text, language = answer["schema"], answer.get("schemaType") or AVRO
        references = answer.get("references") or []
        if not references or language != AVRO:
            return RegisteredSchema(text, language)
        return RegisteredSchema(with_references(text, {r["name"]: self._referenced(r) for r in references}))

    def _referenced(self, reference: dict[str, Any]) -> str:
        path = f"/subjects/{_quoted(reference['subject'])}/versions/{reference['version']}"
        return self._registered(self._get(path, f"Schema {reference['name']}, referred to, is unknown.")).text

    def _get(self, path: str, unknown: str) -> Any:
        """The answer to a request, tried again while the registry is out of order."""
        if self._clock() < self._down_until:
            raise RegistryUnavailable(f"The schema registry {self._url} did not answer a moment ago.")
        for pause in (*PAUSES_SECONDS, None):
            try:
                request = urllib.request.Request(self._url + path, headers=self._headers)
                with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                if error.code == NOT_FOUND:
                    raise UnknownSchema(unknown) from None
                problem = f"it answered {error.code} {error.reason}"
                if error.code < SERVER_ERRORS_FROM and error.code != TOO_MANY_REQUESTS:
                    break
            except (OSError, ValueError) as error:  # no connection, no answer in time, or no JSON
                problem = str(getattr(error, "reason", error)) or type(error).__name__
            if pause is not None:
                self._sleep(pause)
        self._down_until = self._clock() + RESTING_SECONDS
        raise RegistryUnavailable(f"The schema registry {self._url} cannot be asked: {problem}.")


@cache
def registry_at(url: str) -> SchemaRegistry:
    """One client a process: schemas never change, and are asked for once."""
    return SchemaRegistry(url)


def _authorization(parts: urllib.parse.SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    user, password = urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or "")
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def _quoted(subject: str) -> str:
    return urllib.parse.quote(subject, safe="")
