"""Live: the files of one version of a table, from the log alone, and the rows of one of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

import polars as pl

from resources.lake.place import Located
from resources.lake.table import LakeTable

PARTITION = "partition."
"""What delta-rs puts before the names of partition columns."""


@dataclass(frozen=True)
class LiveFile:
    """One file of a table's version; `partition` has the values as the log writes them.

    `span` is the first and the last date of a file that may hold many (`Table.dated_by`).
    """

    path: str
    size_bytes: int
    rows: int
    written_at: datetime
    partition: tuple[tuple[str, str | None], ...]
    span: tuple[date, date] | None = None

    @property
    def day(self) -> date | None:
        """The daily partition; None where the table has none."""
        return date.fromisoformat(self.partition[-1][1] or "") if self.partition else None

    def may_hold(self, first: date, last: date) -> bool:
        """Whether it may hold rows of dates between the two, inclusive; not where the table has no dates."""
        low, high = self.span or (self.day, self.day)
        return low is not None and high is not None and low <= last and high >= first


def live_files(table: LakeTable, days: Collection[date] | None = None) -> list[LiveFile]:
    """The files of the handle's version, from the log alone, oldest first; only those of some daily partitions."""
    added = pl.DataFrame(table.delta.get_add_actions(flatten=True))
    names = table.table.partition_by
    if days is not None and added.height:
        added = added.filter(pl.col(PARTITION + names[-1]).cast(pl.Date).is_in(sorted(days)))
    files = [
        LiveFile(
            row["path"],
            row["size_bytes"],
            row["num_records"] or 0,
            datetime.fromtimestamp(row["modification_time"] / 1000, UTC),
            tuple((name, _text(row[PARTITION + name])) for name in names),
            _span(table.table.dated_by, row),
        )
        for row in added.iter_rows(named=True)
    ]
    return sorted(files, key=lambda file: (file.written_at, file.path))


def _span(column: str | None, row: Mapping[str, Any]) -> tuple[date, date] | None:
    """By the bounds that the log has; any date at all if it has none."""
    if column is None:
        return None
    low, high = (row.get(f"{bound}.{column}") for bound in ("min", "max"))
    return low or date.min, high or date.max


def _text(value: object) -> str | None:
    return None if value is None else str(value)


class TableFile(Protocol):
    """A file of a table, live or not."""

    @property
    def path(self) -> str:
        """Below the table's folder."""

    @property
    def partition(self) -> tuple[tuple[str, str | None], ...]:
        """Its values as the log writes them."""


def uri_of(table: Located, file: TableFile) -> str:
    """Where the file is."""
    return f"{table.uri.rstrip('/')}/{file.path}"


def scan_file(table: Located, file: TableFile, names: Collection[str] | None = None) -> pl.LazyFrame:
    """The rows of one file as the table shows them: partition values from the log, columns declared later as nulls.

    Of many small files a plan of all columns costs more than reading a few of them: `names` are those that are wanted.
    """
    options = dict(table.storage_options)
    rows = pl.scan_parquet(uri_of(table, file), storage_options=options, hive_partitioning=False)
    stored, values = rows.collect_schema(), dict(file.partition)
    return rows.select(
        _column(name, dtype, stored, values).cast(dtype).alias(name)
        for name, dtype in table.table.schema.items()
        if names is None or name in names
    )


def _column(name: str, dtype: pl.DataType, stored: pl.Schema, values: Mapping[str, str | None]) -> pl.Expr:
    if name not in values:
        return pl.col(name) if name in stored else pl.lit(None)
    text = values[name]
    return pl.lit(date.fromisoformat(text) if text is not None and dtype == pl.Date else text)
