"""Additions: the rows by which each date of a table differs from an older version, found by the files that moved.

Where files went away too (a rebuild, files merged), both sides are read and compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl
from deltalake import DeltaTable

from resources.lake.moved import Files
from schemas.tables.table import Table

MOST_COMPARED = 4_000_000
"""Rows of a date that are read to be compared: some GB; beyond, it is not said what differs."""


@dataclass(frozen=True)
class Additions:
    """The files of each date of a table that came, and those that went away."""

    table: Table
    uri: str
    storage_options: Mapping[str, str]
    came: Files
    gone: Files
    _compared: dict[date, pl.DataFrame | None] = field(default_factory=dict, repr=False)

    def changed(self, first: date, last: date) -> list[date]:
        """The dates between the two, inclusive, to or from which files came or went, in order."""
        return sorted(day for day in self.came.keys() | self.gone.keys() if first <= day <= last)

    def rows(self, first: date, last: date) -> pl.LazyFrame | None:
        """The rows that came to those dates or left them; None if that cannot be told."""
        dates = self.changed(first, last)
        found = [self._differing(day) if day in self.gone else self._added(day) for day in dates]
        told = [rows for rows in found if rows is not None]
        if len(told) < len(found):
            return None
        return pl.concat(told) if told else pl.LazyFrame(schema=self.table.schema)

    def only_came(self, first: date, last: date) -> bool:
        """Whether no file of those dates went away."""
        return self.gone.keys().isdisjoint(self.changed(first, last))

    def _added(self, day: date) -> pl.LazyFrame:
        return self._scan(day, self.came.get(day, frozenset()))

    def _differing(self, day: date) -> pl.LazyFrame | None:
        """The rows of files that went and came, without those that are in both."""
        if day not in self._compared:
            self._compared[day] = self._compare(day)
        rows = self._compared[day]
        return None if rows is None else rows.lazy()

    def _compare(self, day: date) -> pl.DataFrame | None:
        try:
            sides = (self._scan(day, self.gone[day]), self._added(day))
            if sum(side.select(pl.len()).collect().item() for side in sides) > MOST_COMPARED:
                return None
            return _differing(*(side.collect() for side in sides))
        except FileNotFoundError:
            # VACUUM has removed what went away.
            return None

    def _scan(self, day: date, paths: frozenset[str]) -> pl.LazyFrame:
        files = [scan_file(self.table, self.uri, self.storage_options, day, path) for path in sorted(paths)]
        return pl.concat(files) if files else pl.LazyFrame(schema=self.table.schema)


def _differing(*sides: pl.DataFrame) -> pl.DataFrame:
    """The rows that are not as often on one of two sides as on the other."""
    hashes = [side.hash_rows().rename("hash") for side in sides]
    counts = [each.value_counts(name=f"count_{n}") for n, each in enumerate(hashes)]
    both = counts[0].join(counts[1], on="hash", how="full", coalesce=True)
    unlike = both.filter(pl.col("count_0").ne_missing(pl.col("count_1")))["hash"].implode()
    return pl.concat([side.filter(each.is_in(unlike)) for side, each in zip(sides, hashes, strict=True)])


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


def scan_files_between(table: Table, delta: DeltaTable, column: str, low: str, high: str) -> pl.LazyFrame:
    """The rows of the files whose statistics allow values of a text column between the two, inclusive."""
    empty, day = pl.LazyFrame(schema=table.schema), f"partition.{table.date_column}"
    files = pl.DataFrame(delta.get_add_actions(flatten=True))
    if files.is_empty():
        return empty
    names = [f"{bound}.{column}" for bound in ("min", "max", "null_count")]
    absent = [pl.lit(None).alias(name) for name in names if name not in files.columns]
    low_bound, high_bound, nulls = map(pl.col, names)
    is_null_throughout = (nulls == pl.col("num_records")).fill_null(False)
    # A file whose bounds nobody noted may hold anything.
    is_near = ((low_bound <= high) & (high_bound >= low)).fill_null(True)
    near = files.with_columns(absent).filter(is_near & ~is_null_throughout)
    chosen = near.select(pl.col(day).cast(pl.Date), "path").iter_rows()
    options = delta._storage_options or {}
    return pl.concat([empty, *(scan_file(table, delta.table_uri, options, *file) for file in chosen)])
