"""What a table is: a layer, a name, columns and how it is laid out."""

from dataclasses import dataclass, field

import polars as pl

UTC_MICROS = pl.Datetime("us", "UTC")


@dataclass(frozen=True)
class TableColumn:
    """One column of a table: its type on disk, what it means and in which unit."""

    name: str
    dtype: pl.DataType
    description: str
    unit: str | None = None
    required: bool = False
    """Whether no row may be without it."""


@dataclass(frozen=True)
class Pieces:
    """How finely a table is cut, where readers look up few of its keys: rows of a row group, and bytes of a file."""

    row_group_rows: int
    file_bytes: int


@dataclass(frozen=True)
class Table:
    """One Delta table.

    `grain` says what one row is, and `grain_columns` which columns make it unique. `date_column` is what replaces go
    by: the last partition, or `dated_by`, a column of dates in a table without partitions, whose files hold many dates.
    Append-only tables carry a change feed, so that readers take only what is new. `sort_by` is the order of rows in
    files that upkeep has merged. `pieces` cuts files and row groups smaller than writers do.
    """

    layer: str
    name: str
    description: str
    columns: tuple[TableColumn, ...]
    grain: str
    partition_by: tuple[str, ...] = ()
    grain_columns: tuple[str, ...] = ()
    append_only: bool = False
    change_feed: bool = False
    statistics_columns: tuple[str, ...] = field(default=())
    sort_by: tuple[str, ...] = ()
    pieces: Pieces | None = None
    dated_by: str | None = None

    @property
    def full_name(self) -> str:
        """Layer and name, as SQL names it."""
        return f"{self.layer}.{self.name}"

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names and types, in order."""
        return {column.name: column.dtype for column in self.columns}

    @property
    def date_column(self) -> str:
        """The column whose dates are replaced."""
        return self.dated_by or self.partition_by[-1]

    @property
    def has_dates(self) -> bool:
        """Whether its rows are replaced, and dropped, by date."""
        return bool(self.dated_by or self.partition_by)
