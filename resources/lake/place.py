"""Place: where a table's files are, as a value that another process or machine can work from; no log is read for it."""

from dataclasses import dataclass, field
from typing import Protocol

from schemas.tables.table import Table


class Located(Protocol):
    """A table of which it is known where it is: a handle on it, or a place."""

    @property
    def table(self) -> Table:
        """Its declaration."""

    @property
    def uri(self) -> str:
        """Its folder or prefix."""

    @property
    def storage_options(self) -> dict[str, str]:
        """Options of the object store."""


@dataclass(frozen=True)
class Place:
    """Where a table is."""

    table: Table
    uri: str
    storage_options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Located) -> "Place":
        """Where that table is."""
        return cls(table.table, table.uri, dict(table.storage_options))
