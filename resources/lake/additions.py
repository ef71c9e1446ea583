"""Additions: the rows that came to each date of a table after an older version, found by comparing the two file lists.

Where files went away too (a rebuild, a compaction), nothing can be said without reading them: the answer is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
from deltalake import DeltaTable

from schemas.tables.table import Table


@dataclass(frozen=True)
class Additions:
    """Files of a table by date, then and now."""

    table: Table
    uri: str
    storage_options: Mapping[str, str]
    then: Mapping[date, frozenset[str]]
    now: Mapping[date, frozenset[str]]

    def rows(self, first: date, last: date) -> pl.LazyFrame | None:
        """The rows that were added to those dates; None if files of any of them were removed as well."""
        dates = sorted(day for day in self.then.keys() | self.now.keys() if first <= day <= last)
        if any(self.then.get(day, frozenset()) - self.now.get(day, frozenset()) for day in dates):
            return None
        added = [
            (day, path) for day in dates for path in sorted(self.now[day] - self.then.get(day, frozenset()))
        ]
        empty = pl.LazyFrame(schema=self.table.schema)
        return pl.concat(
            [empty, *(scan_file(self.table, self.uri, self.storage_options, *file) for file in added)]
        )


def scan_file(
    table: Table, uri: str, storage_options: Mapping[str, str], day: date, path: str
) -> pl.LazyFrame:
    """One file as the table shows it: the date from its folder, columns declared later as nulls."""
    rows = pl.scan_parquet(f"{uri.rstrip('/')}/{path}", storage_options=dict(storage_options))
    rows = rows.with_columns(pl.lit(day, pl.Date).alias(table.date_column))
    stored = rows.collect_schema()
    return rows.select(
        (pl.col(name) if name in stored else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in table.schema.items()
    )


def files_by_date(delta: DeltaTable, column: str) -> dict[date, frozenset[str]]:
    """The files of each date, from the log alone."""
    files = pl.DataFrame(delta.get_add_actions(flatten=True))
    if files.is_empty():
        return {}
    paths = files.group_by(pl.col(f"partition.{column}").cast(pl.Date).alias("day")).agg("path")
    return {day: frozenset(names) for day, names in paths.iter_rows()}


def scan_files_between(table: Table, delta: DeltaTable, column: str, low: str, high: str) -> pl.LazyFrame:
    """The rows of the files whose statistics allow values of a text column between the two, inclusive."""
    empty, day = pl.LazyFrame(schema=table.schema), f"partition.{table.date_column}"
    files = pl.DataFrame(delta.get_add_actions(flatten=True))
    if files.is_empty() or f"min.{column}" not in files.columns:
        return empty
    near = files.filter(pl.col(f"min.{column}") <= high, pl.col(f"max.{column}") >= low)
    options = delta._storage_options or {}
    chosen = near.select(pl.col(day).cast(pl.Date), "path").iter_rows()
    return pl.concat([empty, *(scan_file(table, delta.table_uri, options, *file) for file in chosen)])
