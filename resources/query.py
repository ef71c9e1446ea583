"""Read-only SQL over the lake with DuckDB: every table of the lake is there as `layer.name`."""

import re

import duckdb
import polars as pl

from resources.lake import Lake
from schemas.errors import AdvertiseXError

READS = ("SELECT", "WITH", "FROM", "DESCRIBE", "SHOW", "SUMMARIZE", "EXPLAIN", "VALUES")
"""How a statement that only reads begins."""


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
    tables = lake.tables()
    try:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for name in tables:
                _add(
                    connection,
                    lake,
                    name,
                    is_named=re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE) is not None,
                )
            # A reader, not the relation itself: that leaves DuckDB 2.0 complaining at exit.
            return _integers(pl.DataFrame(connection.sql(text).to_arrow_reader()))
    except duckdb.Error as error:
        raise QueryError(f"{error}\nThe lake has: {', '.join(tables) or 'no tables yet'}.") from error


def _integers(rows: pl.DataFrame) -> pl.DataFrame:
    """DuckDB sums integers to 128 bits, which no reader of ours wants: back to Int64."""
    whole = [
        name for name, dtype in rows.schema.items() if isinstance(dtype, pl.Decimal) and dtype.scale == 0
    ]
    return rows.with_columns(pl.col(whole).cast(pl.Int64), pl.col(pl.Int128).cast(pl.Int64))


def _add(connection: duckdb.DuckDBPyConnection, lake: Lake, name: str, is_named: bool) -> None:
    layer, table = name.split(".")
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{layer}"')
    if not is_named:
        return
    rows = lake.arrow_dataset(name)
    connection.register("rows_of_" + layer + "_" + table, rows)
    connection.execute(f'CREATE VIEW "{layer}"."{table}" AS SELECT * FROM rows_of_{layer}_{table}')
