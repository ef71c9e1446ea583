"""The lake: opens tables by their declaration, and creates those that are not there yet."""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import polars as pl
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from resources.lake.table import LakeTable
from resources.stores import explained, store_of
from schemas.tables.table import Table

SAID_BY = "ADVERTISEX_LAKE"
"""Where a user has said where the lake is, to be named when it is not there."""

MOST_HELD_ROWS = 10_000_000
"""Rows of a table that DuckDB may be given at once: a GB at most for the few columns that a question reads."""

FEW_FILES = 16
"""So many files DuckDB opens itself in less time than a plan of Polars is made in; beyond, each one's footer counts."""

PATH = re.compile(r"[\w/.-]+")
"""A folder whose name DuckDB takes as it is: no URI, no wildcard, no quote."""


class ForDuckDB(NamedTuple):
    """What DuckDB reads with columns and filters pushed down: `rows`; or Parquet `files`, if there are any and each of
    the table's `columns` is in one of them."""

    rows: Any
    columns: list[str]
    files: list[str]


@dataclass(frozen=True)
class Lake:
    """All tables below one root (a folder or an object-store URI)."""

    root: str
    storage_options: dict[str, str] = field(default_factory=dict)

    def uri(self, table: Table) -> str:
        """Where a table lives."""
        return f"{self.root.rstrip('/')}/{table.layer}/{table.name}"

    def exists(self, table: Table) -> bool:
        """Whether the table was ever written."""
        with explained(self.root, SAID_BY):
            return DeltaTable.is_deltatable(self.uri(table), self.storage_options)

    def open(self, table: Table) -> LakeTable:
        """A handle on the table's newest version; an empty table is created if there is none."""
        with explained(self.root, SAID_BY):
            try:
                return LakeTable(table, DeltaTable(self.uri(table), storage_options=self.storage_options))
            except TableNotFoundError:
                return LakeTable(table, self._create(table))

    def tables(self) -> list[str]:
        """The full names of every table that exists, sorted."""
        store, root = store_of(self.root)
        with explained(self.root, SAID_BY):
            logs = store.glob(f"{root.rstrip('/')}/*/*/_delta_log")
        return sorted(".".join(log.rstrip("/").split("/")[-3:-1]) for log in logs)

    def live_paths(self) -> list[str]:
        """The files, below the root, that the newest versions of all tables read."""
        root = self.root.rstrip("/")
        found = []
        for folder in (name.replace(".", "/") for name in self.tables()):
            actions = DeltaTable(f"{root}/{folder}", storage_options=self.storage_options).get_add_actions(flatten=True)
            found += [f"{folder}/{path}" for path in pl.DataFrame(actions)["path"]]
        return found

    def for_duckdb(self, full_name: str) -> ForDuckDB | None:
        """A table by its full name as DuckDB reads it; None if there is none.

        A plan of Polars, which looks at a hundred files in the time in which an Arrow dataset opens three; but DuckDB
        holds all that it gives. So of large tables an Arrow dataset, which is streamed.
        """
        try:
            delta = DeltaTable(self._uri_of(full_name), storage_options=self.storage_options)
        except TableNotFoundError:
            return None
        added = pl.DataFrame(delta.get_add_actions(flatten=True))
        is_small = added["num_records"].sum() <= MOST_HELD_ROWS
        readable = added.height <= FEW_FILES and PATH.fullmatch(self.root) and not delta.metadata().partition_columns
        return ForDuckDB(
            pl.scan_delta(delta) if is_small else delta.to_pyarrow_dataset(),
            [field.name for field in delta.schema().fields],
            [f"{self._uri_of(full_name)}/{path}" for path in added["path"]] if readable else [],
        )

    def arrow_dataset(self, full_name: str) -> Any:
        """A table by its full name, as an Arrow dataset that readers prune."""
        return DeltaTable(self._uri_of(full_name), storage_options=self.storage_options).to_pyarrow_dataset()

    def _uri_of(self, full_name: str) -> str:
        return f"{self.root.rstrip('/')}/{full_name.replace('.', '/')}"

    def _create(self, table: Table) -> DeltaTable:
        try:
            return DeltaTable.create(
                self.uri(table),
                schema=pl.DataFrame(schema=table.schema).to_arrow().schema,
                mode="error",
                partition_by=list(table.partition_by),
                name=table.full_name,
                description=table.description,
                configuration=configuration(table),
                storage_options=self.storage_options,
            )
        except DeltaError:
            # Another process created it in between.
            return DeltaTable(self.uri(table), storage_options=self.storage_options)


def configuration(table: Table) -> dict[str, str | None]:
    """A table's properties; statistics only where readers prune by them."""
    properties: dict[str, str | None] = {}
    if table.append_only:
        properties["delta.appendOnly"] = "true"
    if table.change_feed:
        properties["delta.enableChangeDataFeed"] = "true"
    if table.statistics_columns:
        properties["delta.dataSkippingStatsColumns"] = ",".join(table.statistics_columns)
    return properties
