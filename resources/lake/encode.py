"""Encode: rows to Parquet as landing writes them: each column in the encoding that is cheapest for what it holds.

Half the CPU of delta-rs's own writer on bronze, which spends it on columns that say the same in every row. Placing
files and committing them lives in `files`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import WriterProperties

from schemas.tables.table import Table

COMPRESSION: Mapping[str, Any] = {"compression": "zstd", "compression_level": 1}
"""Half the bytes of snappy for the same CPU; level 3 took twice the CPU and saved nothing on ad events."""

LONG_BYTES = 64
"""Bytes longer than this on average hardly repeat: a dictionary of them is wasted work."""

ROWS_OF_A_TEXT = 4
"""Texts that occur fewer times than this on average, such as ids of events, are not worth a dictionary either: their
lengths and then their bytes take half the CPU to write, and no more to read."""

ROW_GROUP_ROWS = 100_000
"""Rows of a row group in large files: a reader of one date or user skips the others; smaller ones compress worse."""


@dataclass(frozen=True)
class Encoded:
    """An Arrow table, and how Parquet keeps its columns: as a dictionary, or encoded otherwise, by name."""

    table: pa.Table
    as_dictionary: list[str]
    otherwise: Mapping[str, str]

    def write(
        self,
        sink: Any,
        filesystem: Any = None,
        row_group_rows: int | None = None,
        pruned_by: Sequence[str] = (),
    ) -> None:
        """Writes one file; with `row_group_rows` in row groups that say the bounds of the columns pruned by."""
        pq.write_table(
            self.table,
            sink,
            filesystem=filesystem,
            use_dictionary=self.as_dictionary,
            column_encoding=self.otherwise,
            # Of a file as a whole, the log has the statistics that readers prune by.
            write_statistics=list(pruned_by) if row_group_rows else False,
            row_group_size=row_group_rows,
            # Without it readers see plain columns, not the Arrow dictionaries that this file was made from.
            store_schema=False,
            **COMPRESSION,
        )


def encode(rows: pl.DataFrame) -> Encoded:
    """The rows, with a dictionary of one value for every column that says the same everywhere."""
    # Asked by expressions, and of the first row: Polars writes out a column of one value when it is taken as a series.
    constant = rows.select(_is_constant(name, dtype).alias(name) for name, dtype in rows.schema.items())
    arrays, dictionaries, otherwise = [], [], {}
    for name, is_constant in constant.row(0, named=True).items():
        column = rows.head(1)[name] if is_constant else rows[name]
        repeats = is_constant or _repeats(column)
        level = _level(column, repeats)
        arrays.append(_repeated(column, rows.height) if is_constant else column.to_arrow(compat_level=level))
        if repeats:
            dictionaries.append(name)
        elif column.dtype == pl.String:
            otherwise[name] = "DELTA_LENGTH_BYTE_ARRAY"
        elif column.dtype.is_integer() or column.dtype.is_temporal():
            otherwise[name] = "DELTA_BINARY_PACKED"
    columns = zip(rows.columns, arrays, strict=True)
    # Where nothing is null, Parquet need not say so of every value.
    fields = [pa.field(name, array.type, nullable=array.null_count > 0) for name, array in columns]
    return Encoded(pa.table(arrays, schema=pa.schema(fields)), dictionaries, otherwise)


def _level(column: pl.Series, repeats: bool) -> pl.CompatLevel:
    """Bytes and texts are handed over as they lie; dictionaries can only be made of the older kind of text."""
    as_it_lies = column.dtype == pl.Binary or (column.dtype == pl.String and not repeats)
    return pl.CompatLevel.newest() if as_it_lies else pl.CompatLevel.oldest()


def _is_constant(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Binary or dtype.is_nested():
        return column.is_null().all()
    return column.eq_missing(column.first()).all()


def _repeated(first: pl.Series, rows: int) -> pa.Array:
    """A dictionary of the one value; nulls for nulls."""
    value = first.to_arrow(compat_level=pl.CompatLevel.oldest())
    if value.null_count:
        return pa.nulls(rows, value.type)
    places = pl.zeros(rows, dtype=pl.Int8, eager=True).to_arrow()
    # Not `pa.array`, which imports pandas to see whether it is given some of it.
    return pa.DictionaryArray.from_arrays(places, value)


def _repeats(column: pl.Series) -> bool:
    """Whether a column's values are likely to come again: dates and short texts, not numbers that count on."""
    if column.dtype == pl.Binary:
        return (column.bin.size().mean() or 0) <= LONG_BYTES
    if column.dtype == pl.String:
        sample = column.head(ROW_GROUP_ROWS)
        return sample.approx_n_unique() * ROWS_OF_A_TEXT <= len(sample)
    return column.dtype in (pl.Date, pl.Boolean)


def cut(table: Table) -> dict[str, Any]:
    """What delta-rs's own writer is told: small row groups, for what is written waits in memory until one is full.

    Smaller ones, and files of a size of their own, where a table is cut finely: its rows come in the order in which
    readers look them up, so that the bounds of small pieces are narrow.
    """
    rows = ROW_GROUP_ROWS if table.pieces is None else table.pieces.row_group_rows
    properties = WriterProperties(max_row_group_size=rows, compression="ZSTD", compression_level=1)
    size = {} if table.pieces is None else {"target_file_size": table.pieces.file_bytes}
    return {"writer_properties": properties, **size}
