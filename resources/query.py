"""Read-only SQL over the lake with DuckDB: every table of the lake is there as `layer.name`."""

import re

import duckdb
import polars as pl

from resources.lake import Lake
from schemas.errors import AdvertiseXError

READS = ("SELECT", "WITH", "FROM", "DESCRIBE", "SHOW", "SUMMARIZE", "EXPLAIN", "VALUES")
"""How a statement that only reads begins."""

NAME = re.compile(r'\b(\w+)"?\."?(\w+)\b')
"""What may be the name of a table: listing the lake for them would take longer than most questions."""


class QueryError(AdvertiseXError):
    """SQL that cannot be run."""


def query(lake: Lake, statement: str) -> pl.DataFrame:
    """The rows of one read-only statement; QueryError says what is wrong with it.

    Only the tables that the statement names are opened; DuckDB reads the columns and files that it needs.
    """
    text = statement.strip().rstrip(";")
    if not text.upper().startswith(READS):
        raise QueryError(
            f"Only reading statements can be run ({', '.join(READS)} ...); this one begins {text[:20]!r}."
        )
    try:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for layer, table in sorted(set(NAME.findall(text.lower()))):
                _add(connection, lake, layer, table)
            # A reader, not the relation itself: that leaves DuckDB 2.0 complaining at exit.
            return _integers(pl.DataFrame(connection.sql(text).to_arrow_reader()))
    except duckdb.Error as error:
        there = ", ".join(lake.tables()) or "no tables yet"
        raise QueryError(f"{error}\nThe lake has: {there}.") from error


def _integers(rows: pl.DataFrame) -> pl.DataFrame:
    """DuckDB sums integers to 128 bits, which no reader of ours wants: back to Int64."""
    whole = [
        name for name, dtype in rows.schema.items() if isinstance(dtype, pl.Decimal) and dtype.scale == 0
    ]
    return rows.with_columns(pl.col(whole).cast(pl.Int64), pl.col(pl.Int128).cast(pl.Int64))


def _add(connection: duckdb.DuckDBPyConnection, lake: Lake, layer: str, table: str) -> None:
    """The table, if there is one: it may be the column of an alias that looks like its name."""
    found = lake.for_duckdb(f"{layer}.{table}")
    if found is None:
        return
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{layer}"')
    view = f'CREATE VIEW "{layer}"."{table}" AS SELECT'
    if found.files:
        columns = ", ".join(f'"{name}"' for name in found.columns)
        try:
            connection.execute(f"{view} {columns} FROM read_parquet({found.files}, union_by_name = true)")
            return
        except duckdb.BinderException:
            # A column was declared and no row written since: the plan knows it.
            pass
    connection.register(f"rows_of_{layer}_{table}", found.rows)
    connection.execute(f"{view} * FROM rows_of_{layer}_{table}")
