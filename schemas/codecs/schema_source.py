"""Where writer schemas come from, as an argument: pure codecs ask for a schema and never fetch one themselves."""

from typing import NamedTuple, NoReturn, Protocol

from schemas.errors import AdvertiseXError

AVRO = "AVRO"
JSON = "JSON"


class RegisteredSchema(NamedTuple):
    """A writer schema: its text, and its language (`AVRO` or `JSON`, as schema registries call them)."""

    text: str
    language: str = AVRO


class UnknownSchema(AdvertiseXError):
    """No schema has that id; the records that name it cannot be decoded."""


class RegistryUnavailable(AdvertiseXError):
    """The schema registry did not answer; the records say nothing wrong, so nobody may refuse them for it."""


class SchemaSource(Protocol):
    """Finds writer schemas."""

    def schema_by_id(self, schema_id: int) -> RegisteredSchema:
        """The schema registered under an id; raises UnknownSchema or RegistryUnavailable."""

    def schema_by_fingerprint(self, fingerprint: int) -> RegisteredSchema:
        """The Avro schema with a CRC-64-AVRO fingerprint (unsigned); raises as `schema_by_id` does."""


class NoSchemas:
    """The source of a project without a registry: knows no schema."""

    def schema_by_id(self, schema_id: int) -> NoReturn:
        """Raises UnknownSchema."""
        raise UnknownSchema(f"Schema {schema_id} is unknown: no schema registry is set.")

    def schema_by_fingerprint(self, fingerprint: int) -> NoReturn:
        """Raises UnknownSchema."""
        raise UnknownSchema(
            f"The schema with fingerprint {fingerprint:016x} is unknown: no schema registry is set."
        )


NO_SCHEMAS = NoSchemas()


class WhenDownUnknown:
    """Another source, for landing: a registry that is down makes a schema unknown instead of stopping the landing."""

    def __init__(self, source: SchemaSource) -> None:
        self._source = source

    def schema_by_id(self, schema_id: int) -> RegisteredSchema:
        """The schema; UnknownSchema also when the registry is down."""
        try:
            return self._source.schema_by_id(schema_id)
        except RegistryUnavailable as error:
            raise UnknownSchema(str(error)) from error

    def schema_by_fingerprint(self, fingerprint: int) -> RegisteredSchema:
        """The schema; UnknownSchema also when the registry is down."""
        try:
            return self._source.schema_by_fingerprint(fingerprint)
        except RegistryUnavailable as error:
            raise UnknownSchema(str(error)) from error
