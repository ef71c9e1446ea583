"""Serving: a table's rows in PostgreSQL, part by part, for tools that speak nothing else.

What was brought, and of which files it was made, is written in the same transaction as the rows: a copy that was
interrupted is taken up where it stopped, and the same files are never brought twice. Not here: which tables, and which
of their parts have changed (`advertisex_assets.serving`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl
import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal
from pydantic import SecretStr

from resources.settings import SettingsError, settings
from schemas.errors import AdvertiseXError
from schemas.tables.table import UTC_MICROS, Table, TableColumn

CONNECT_SECONDS = 10
"""Longer than any healthy server takes; shorter than a person waits for a typing mistake to show."""

BATCH_ROWS = 100_000
"""Rows turned into CSV at once: some tens of megabytes."""

TYPES: Mapping[pl.DataType, str] = {
    pl.String(): "text",
    pl.Int64(): "bigint",
    pl.Float64(): "double precision",
    pl.Boolean(): "boolean",
    pl.Date(): "date",
    pl.Binary(): "bytea",
    UTC_MICROS: "timestamptz",
}
"""What each column becomes; gold has no others."""

BROUGHT = SQL("""
    CREATE SCHEMA IF NOT EXISTS advertisex;
    CREATE TABLE IF NOT EXISTS advertisex.brought (
        table_name text, part text, fingerprint text NOT NULL, columns text NOT NULL, rows bigint NOT NULL,
        brought_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (table_name, part)
    )
""")
"""What is served: of which files each part was made (`fingerprint`)."""

ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtext('advertisex.brought'), hashtext(%s))"
"""Held until the connection ends, so also by nobody who died."""


class ServingError(AdvertiseXError):
    """Rows cannot be brought to PostgreSQL."""


def serving_uri() -> SecretStr:
    """The database that the settings name; SettingsError if they name none."""
    uri = settings().serving_postgresql_uri
    if uri is None:
        raise SettingsError(
            "ADVERTISEX_SERVING_POSTGRESQL_URI is not set: there is no PostgreSQL to bring gold to. "
            "Set it to postgresql://user:password@host/database."
        )
    return uri


@dataclass(frozen=True)
class Served:
    """One table in PostgreSQL, open for changes."""

    connection: psycopg.Connection[tuple[Any, ...]]
    table: Table

    def fingerprints(self) -> dict[str, str]:
        """By part, of what its rows were made; nothing after the table's columns have changed."""
        rows = self.connection.execute(
            "SELECT part, fingerprint FROM advertisex.brought WHERE table_name = %s AND columns = %s",
            (self.table.full_name, _signature(self.table)),
        )
        return dict(rows.fetchall())

    def replace(self, part: str, rows: Iterator[pl.DataFrame], fingerprint: str) -> int:
        """Puts rows in the place of a part's, all or nothing; returns how many."""
        with self.connection.transaction():
            self._remove(part)
            count = sum(self._copy(batch) for some in rows for batch in some.iter_slices(BATCH_ROWS))
            self.connection.execute(
                "INSERT INTO advertisex.brought (table_name, part, fingerprint, columns, rows)"
                " VALUES (%s, %s, %s, %s, %s)",
                (self.table.full_name, part, fingerprint, _signature(self.table), count),
            )
        return count

    def drop(self, part: str) -> None:
        """Removes a part that the lake no longer has."""
        with self.connection.transaction():
            self._remove(part)

    def _remove(self, part: str) -> None:
        self.connection.execute(
            "DELETE FROM advertisex.brought WHERE table_name = %s AND part = %s", (self.table.full_name, part)
        )
        where: Composed | SQL = SQL("")
        if self.table.has_dates:
            where = SQL(" WHERE {} = {}::date").format(Identifier(self.table.date_column), Literal(part))
        self.connection.execute(SQL("DELETE FROM {}").format(_name(self.table)) + where)

    def _copy(self, rows: pl.DataFrame) -> int:
        columns = SQL(", ").join(map(Identifier, self.table.schema))
        statement = SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(_name(self.table), columns)
        hexadecimal = pl.selectors.binary().bin.encode("hex").str.replace("^", r"\x")
        text = rows.select(*self.table.schema).with_columns(hexadecimal)
        with self.connection.cursor().copy(statement) as copy:
            # Quoted texts, so that an empty one stays apart from a missing one.
            copy.write(text.write_csv(include_header=False, quote_style="non_numeric"))
        return rows.height


@contextmanager
def served(uri: SecretStr, table: Table) -> Iterator[Served]:
    """The table in PostgreSQL, made if it is not there or has other columns; one bringer of it at a time.

    ServingError if the server cannot be reached or refuses.
    """
    try:
        with psycopg.connect(
            uri.get_secret_value(), connect_timeout=CONNECT_SECONDS, autocommit=True
        ) as connection:
            connection.execute(ONE_AT_A_TIME, (table.full_name,))
            _prepare(connection, table)
            yield Served(connection, table)
    except psycopg.Error as error:
        # The driver repeats the URI, password and all, when it cannot read it.
        if isinstance(error, psycopg.OperationalError):
            reason = str(error)
        else:
            reason = error.diag.message_primary or "the URI is not what PostgreSQL expects"
        raise ServingError(
            f"{table.full_name} cannot be brought to PostgreSQL: {reason}. Check ADVERTISEX_SERVING_POSTGRESQL_URI; "
            "what was brought before stands, and `advertisex serve` goes on from there."
        ) from None


def _prepare(connection: psycopg.Connection[tuple[Any, ...]], table: Table) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('advertisex.prepare'))")
        connection.execute(BROUGHT)
        known = connection.execute(
            "SELECT DISTINCT columns FROM advertisex.brought WHERE table_name = %s", (table.full_name,)
        ).fetchall()
        if known and known != [(_signature(table),)]:
            connection.execute(SQL("DROP TABLE IF EXISTS {}").format(_name(table)))
            connection.execute("DELETE FROM advertisex.brought WHERE table_name = %s", (table.full_name,))
        for statement in _definition(table):
            connection.execute(statement)


def _definition(table: Table) -> Iterator[Composed]:
    """The statements that make a table, its key and its comments; they change nothing where it is there."""
    yield SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(table.layer))
    columns = [SQL("{} {}").format(Identifier(c.name), SQL(TYPES[c.dtype])) for c in table.columns]
    # NULLS NOT DISTINCT: an unattributed conversion has no touch, and is still one row.
    key = SQL("UNIQUE NULLS NOT DISTINCT ({})").format(SQL(", ").join(map(Identifier, table.grain_columns)))
    parts = SQL(", ").join([*columns, key])
    yield SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(_name(table), parts)
    yield SQL("COMMENT ON TABLE {} IS {}").format(_name(table), Literal(table.description))
    for column in table.columns:
        yield SQL("COMMENT ON COLUMN {}.{} IS {}").format(
            _name(table), Identifier(column.name), Literal(_comment(column))
        )


def _comment(column: TableColumn) -> str:
    return column.description if column.unit is None else f"{column.description} Unit: {column.unit}."


def _name(table: Table) -> Composed:
    return SQL("{}.{}").format(Identifier(table.layer), Identifier(table.name))


def _signature(table: Table) -> str:
    """Columns, types and key: a table with others is made anew."""
    columns = ", ".join(f"{column.name} {TYPES[column.dtype]}" for column in table.columns)
    return f"{columns}; {', '.join(table.grain_columns)}"
