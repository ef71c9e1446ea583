"""DuckDB: in this process, within a limit of memory; what does not fit is put on disk."""

import tempfile
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import polars as pl

from resources.engine.engine import Engine, Frame, uris_by_folder
from resources.lake import LakeTable
from resources.lake.live import LiveFile
from resources.stores import store_of
from schemas.tables.table import Table

FILE = "file://"


class DuckDB(Engine):
    """The engine of one machine whose memory is short.

    `memory_megabytes`: None for four fifths of the machine's, DuckDB's own default. `spill`: a folder for what does not
    fit; None for the system's.
    """

    name = "duckdb"

    def __init__(self, memory_megabytes: int | None = None, spill: Path | None = None) -> None:
        self._memory_megabytes = memory_megabytes
        self._spill = spill
        self._stores: set[str] = set()

    @cached_property
    def _folder(self) -> tempfile.TemporaryDirectory[str]:
        """Its own, so that two processes never take each other's files."""
        return tempfile.TemporaryDirectory(prefix="advertisex-duckdb-", dir=self._spill)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        # Rows come in any order from every engine, and keeping theirs costs memory.
        config = {"temp_directory": self._folder.name, "preserve_insertion_order": "false"}
        if self._memory_megabytes is not None:
            config["memory_limit"] = f"{self._memory_megabytes}MB"
        connection = duckdb.connect(config=config)
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    def scan_files(self, table: LakeTable, files: Sequence[LiveFile]) -> Frame:
        """By DuckDB's reader of Parquet; partition values from the folders' names, which are those of the log."""
        # The empty rows bring the types, and the columns that were declared after the last write.
        declared = self._relation(pl.DataFrame(schema=table.table.schema))
        if not files:
            return nw.from_native(declared)
        self._reach(table)
        names = ", ".join(_quoted(uri.removeprefix(FILE)) for uri in uris_by_folder(table, files))
        types = ", ".join(f"{_name(name)}: {_type(table.table, name)}" for name in table.table.partition_by)
        hive = f"hive_partitioning = true, hive_types = {{{types}}}" if types else "hive_partitioning = false"
        stored = f"SELECT * FROM read_parquet([{names}], union_by_name = true, {hive})"
        both = f"FROM declared UNION ALL BY NAME {stored}"
        columns = ", ".join(map(_name, table.table.schema))
        return nw.from_native(declared.query("declared", f"SELECT {columns} FROM ({both})"))

    def _reach(self, table: LakeTable) -> None:
        """Object stores are read through the same library as everywhere else: DuckDB's own is a download."""
        scheme, separator, _ = table.delta.table_uri.partition("://")
        if separator and scheme not in ("file", *self._stores):
            self._connection.register_filesystem(store_of(table.delta.table_uri)[0])
            self._stores.add(scheme)

    def rows(self, rows: pl.DataFrame) -> Frame:
        """Read from where they are, as Arrow."""
        return nw.from_native(self._relation(rows))

    def _relation(self, rows: pl.DataFrame) -> duckdb.DuckDBPyRelation:
        return self._connection.from_arrow(rows.to_arrow())

    def epoch_micros(self, frame: Frame, columns: Iterable[str]) -> Frame:
        """By a function of DuckDB's."""
        replaced = ", ".join(f"epoch_us({_name(name)}) AS {_name(name)}" for name in columns)
        return nw.from_native(frame.to_native().project(f"* REPLACE ({replaced})")) if replaced else frame

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Through Arrow."""
        return pl.DataFrame(frame.to_native().to_arrow_reader())

    def close(self) -> None:
        """Lets go of memory and of what was put on disk."""
        self._connection.close()
        self._folder.cleanup()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _type(table: Table, column: str) -> str:
    return "DATE" if table.schema[column] == pl.Date else "VARCHAR"
