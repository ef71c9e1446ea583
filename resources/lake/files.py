"""Files: puts rows into Parquet files in a table's folder, and says of each what the Delta log must say.

The files belong to the table only once they are committed; a process that dies before leaves files that nobody reads,
and that `VACUUM` removes. How rows become Parquet lives in `encode`.
"""

import json
import math
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from deltalake.fs import DeltaStorageHandler
from deltalake.transaction import AddAction
from pyarrow.fs import FileSystem, PyFileSystem

from resources.lake.encode import encode
from resources.lake.place import Located
from schemas.tables.table import Table

MICROS_PER_MILLI = 1_000

PACKED = 3
"""Bytes of rows in memory that become one in a file: `gold.touches`, whose ids hardly compress."""


def write_files(
    into: Located,
    rows: pl.DataFrame,
    data_change: bool = True,
    row_group_rows: int | None = None,
) -> list[AddAction]:
    """Writes one file per partition of the rows into the table's folder, or some where the table's are cut; returns
    what to commit.

    Without `data_change` the commit will say that it only rearranges. With `row_group_rows` (the table's, if it is
    cut) files have statistics for each of their row groups: worth it in large files that are sorted.
    """
    store = PyFileSystem(DeltaStorageHandler(into.uri, dict(into.storage_options)))
    group_rows = row_group_rows or (into.table.pieces and into.table.pieces.row_group_rows)
    return [
        _write_file(store, into.table, values, piece, data_change, group_rows)
        for values, part in _partitions(into.table, rows)
        for piece in _pieces(into.table, part)
    ]


def _pieces(table: Table, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows in parts that become files of about the size that the table wants."""
    if table.pieces is None:
        return iter([rows])
    most_rows = table.pieces.file_bytes * PACKED * rows.height // max(1, rows.estimated_size())
    return rows.iter_slices(max(1, most_rows)) if rows.height > most_rows else iter([rows])


def _partitions(table: Table, rows: pl.DataFrame) -> Iterator[tuple[dict[str, str | None], pl.DataFrame]]:
    """Partition values as the log writes them, and the rows without their partition columns."""
    if not table.partition_by:
        yield {}, rows
        return
    for values, part in _parts(table, rows):
        texts = [None if value is None else str(value) for value in values]
        yield dict(zip(table.partition_by, texts, strict=True)), part


def _parts(table: Table, rows: pl.DataFrame) -> Iterable[tuple[tuple[object, ...], pl.DataFrame]]:
    """Each partition's values and rows; one partition, as a landing has nearly always, is not copied."""
    keys = rows.select(table.partition_by).unique()
    if keys.height == 1:
        return [(keys.row(0), rows.drop(table.partition_by))]
    return rows.partition_by(table.partition_by, as_dict=True, include_key=False).items()


def _write_file(
    store: FileSystem,
    table: Table,
    values: dict[str, str | None],
    rows: pl.DataFrame,
    data_change: bool,
    row_group_rows: int | None,
) -> AddAction:
    folders = "".join(f"{name}={value or '__HIVE_DEFAULT_PARTITION__'}/" for name, value in values.items())
    path = f"{folders}part-{uuid.uuid4()}.zstd.parquet"
    # By the order of its rows as well: who looks up a key of a finely cut table reads the row group that holds it.
    looked_up = table.sort_by if table.pieces else ()
    pruned_by = [name for name in (*table.statistics_columns, *looked_up) if name not in table.partition_by]
    encode(rows).write(path, store, row_group_rows, pruned_by)
    size = store.get_file_info(path).size
    now_ms = int(time.time() * 1000)
    return AddAction(
        path, size, values, now_ms, data_change, json.dumps(_statistics(table, rows), ensure_ascii=False)
    )


def _statistics(table: Table, rows: pl.DataFrame) -> dict[str, Any]:
    """What readers prune by: bounds and null counts of the table's statistics columns."""
    names = [name for name in table.statistics_columns if name not in table.partition_by]
    columns = pl.col(names)
    asked = (columns.min(), columns.max(), columns.null_count())
    low, high, nulls = (rows.select(told).row(0, named=True) if names else {} for told in asked)
    return {
        "numRecords": rows.height,
        "minValues": {name: _floor(value) for name, value in low.items() if value is not None},
        "maxValues": {name: _ceiling(value) for name, value in high.items() if value is not None},
        "nullCount": nulls,
    }


def _floor(value: Any) -> Any:
    """A lower bound as the log writes it: times to the millisecond."""
    return _milliseconds(value, math.floor) if isinstance(value, datetime) else _plain(value)


def _ceiling(value: Any) -> Any:
    """An upper bound as the log writes it."""
    return _milliseconds(value, math.ceil) if isinstance(value, datetime) else _plain(value)


def _milliseconds(moment: datetime, rounded: Any) -> str:
    micros = rounded(moment.microsecond / MICROS_PER_MILLI) * MICROS_PER_MILLI
    whole = moment.replace(microsecond=0) + timedelta(microseconds=micros)
    return whole.strftime("%Y-%m-%dT%H:%M:%S.") + f"{whole.microsecond // MICROS_PER_MILLI:03}Z"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
