"""Reference rows from PostgreSQL: tables or views named like ours, read in one snapshot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
import psycopg
from pydantic import SecretStr

from schemas.errors import BadReferenceError

CONNECT_SECONDS = 10
"""Longer than any healthy server takes; shorter than a person waits for a typing mistake to show."""


@dataclass(frozen=True)
class PostgresqlReference:
    """Tables or views found by the search path of the connection URI."""

    uri: SecretStr

    @property
    def name(self) -> str:
        """Without the URI, which may hold a password."""
        return "PostgreSQL"

    def read(self, tables: Iterable[str]) -> Mapping[str, pl.DataFrame]:
        """The rows of those tables that the database has, all of one moment; every column is text."""
        try:
            with psycopg.connect(self.uri.get_secret_value(), connect_timeout=CONNECT_SECONDS) as connection:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
                return {table: _rows(connection, table) for table in tables if _has(connection, table)}
        except psycopg.ProgrammingError as error:
            # The driver repeats the URI, password and all, when it cannot read it.
            reason = error.diag.message_primary or "the URI is not what PostgreSQL expects"
            raise BadReferenceError(
                f"The reference tables cannot be read from PostgreSQL: {reason}."
            ) from None
        except psycopg.Error as error:
            raise BadReferenceError(
                f"The reference tables cannot be read from PostgreSQL: {error}."
            ) from None


def _has(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()
    return row is not None and row[0] is not None


def _rows(connection: psycopg.Connection[tuple[object, ...]], table: str) -> pl.DataFrame:
    cursor = connection.execute(psycopg.sql.SQL("SELECT * FROM {}").format(psycopg.sql.Identifier(table)))
    names = [column.name for column in cursor.description or ()]
    rows = [[_text(value) for value in row] for row in cursor]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _text(value: object) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)
