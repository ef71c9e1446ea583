"""CSV: one row is one record; its column names come from the header line, or from the feed where there is none.

An empty cell is null. Rows without quotes are split by Polars, all at once; rows with quotes go through the standard
library's reader, one by one, so that a wrong quote can only harm its own row.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from schemas.codecs.base import DECODE_ERROR, RESCUED, Record, StreamSplitter, split_whole
from schemas.codecs.csv_splitter import CsvSplitter, cells_of, names_of
from schemas.codecs.detect import HEAD_BYTES
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.codecs.text import json_text, utf8_text

PLAIN_START = r'^[0-9A-Za-z_"-][ -~]{3}'
"""No brace, bracket or blank (JSON), and no byte that is not printable (binary formats have one among their first)."""

WELL_FORMED = r'\A(?:"(?:[^"]|"")*"|[^",\r\n][^,\r\n]*|)(?:,(?:"(?:[^"]|"")*"|[^",\r\n][^,\r\n]*|))*\z'
"""A row whose quotes are all closed."""

Read = tuple[list[str] | None, str | None]
"""The cells of a row, or why it has none."""

ROW = "csv:row"
TEXT = "csv:text"
CELLS = "csv:cells"
HEADER = "csv:header"
UNKNOWN = "csv:unknown:"
"""Names of working columns, prefixed so that no sender's column can meet them."""


@dataclass(frozen=True)
class CsvCodec:
    """Rows of CSV as records.

    `positional` names the columns of rows without a header, of which trailing ones may be missing (at least
    `fewest_cells` must be there); `known` are the names that tell a header line from a row.
    """

    positional: tuple[str, ...]
    known: frozenset[str]
    fewest_cells: int = 2
    name: str = field(default="csv", init=False)

    def sniff(self, head: bytes) -> bool:
        """Text with a comma in its first line."""
        line = head.split(b"\n", 1)[0]
        return b"," in line and b"\0" not in line

    def split(self, message: bytes) -> list[Record]:
        """The rows of a message, with or without a header line."""
        return split_whole(self.splitter(), message)

    def splitter(self) -> StreamSplitter:
        """A splitter for one file."""
        return CsvSplitter(self.known, len(self.positional))

    def is_one_record(self, messages: pl.Series) -> pl.Series:
        """A line of printable text that starts as no other format does."""
        texts = utf8_text(messages)
        starts = texts.str.contains(PLAIN_START)
        one_line = ~texts.str.contains("\n", literal=True) & ~texts.str.contains("\r", literal=True)
        text = ~texts.str.contains("\0", literal=True) & (messages.bin.size() < HEAD_BYTES)
        return starts & one_line & text & texts.str.contains(",", literal=True)

    def peek(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """The cells under the paths; rows with quotes or a header line of their own are decoded."""
        texts = utf8_text(payloads)
        plain = headers.is_null().all() and not texts.str.contains('"', literal=True).any()
        if not plain or texts.has_nulls():
            return self.decode(payloads, headers, paths)
        cells = texts.str.split(",").alias(CELLS).to_frame()
        columns = [_cell(list(self.positional), path).alias(path) for path in dict.fromkeys(paths)]
        return cells.select(*columns, *(pl.lit(None, pl.String).alias(n) for n in (RESCUED, DECODE_ERROR)))

    def decode(
        self,
        payloads: pl.Series,
        headers: pl.Series,
        paths: Sequence[str],
        schemas: SchemaSource = NO_SCHEMAS,
    ) -> pl.DataFrame:
        """The columns of the rows; a path is a column name. `schemas` is not needed."""
        texts = utf8_text(payloads)
        rows = pl.DataFrame([texts.alias(TEXT), headers.cast(pl.String).alias(HEADER)]).with_row_index(ROW)
        parts = rows.partition_by(HEADER, maintain_order=True) if len(rows) else [rows]
        decoded = [_columns(self._cells(part), self._names(part), paths) for part in parts]
        return (pl.concat(decoded).sort(ROW) if len(decoded) > 1 else decoded[0]).drop(ROW)

    def _names(self, part: pl.DataFrame) -> list[str]:
        header = part[HEADER][0] if len(part) else None
        return list(self.positional) if header is None else names_of(header)

    def _cells(self, part: pl.DataFrame) -> pl.DataFrame:
        """ROW, CELLS (null in refused rows) and DECODE_ERROR."""
        names = self._names(part)
        fewest = self.fewest_cells if part[HEADER].head(1).has_nulls() else len(names)
        width = pl.col(CELLS).list.len()
        fits = width.is_between(fewest, len(names))
        error = pl.format(f"The row has {{}} cells where {len(names)} are expected.", width)
        return split_cells(part).select(
            ROW,
            pl.when(fits).then(CELLS).alias(CELLS),
            pl.when(~fits).then(error).otherwise(DECODE_ERROR).alias(DECODE_ERROR),
        )


def split_cells(rows: pl.DataFrame) -> pl.DataFrame:
    """ROW, CELLS and DECODE_ERROR of rows given as ROW and TEXT (null where the bytes are no UTF-8)."""
    has_quotes = pl.col(TEXT).str.contains('"', literal=True).fill_null(False)
    quoted = rows.filter(has_quotes)
    plain = rows.filter(~has_quotes).select(
        ROW,
        pl.col(TEXT).str.split(",").alias(CELLS),
        pl.when(pl.col(TEXT).is_null()).then(pl.lit("The row is not UTF-8 text.")).alias(DECODE_ERROR),
    )
    if quoted.is_empty():
        return plain
    well_formed = quoted[TEXT].str.contains(WELL_FORMED).all()
    read = (_read_together if well_formed else _read_each)(quoted[TEXT].to_list())
    columns = [
        quoted[ROW],
        _list_column([cells for cells, _ in read]),
        pl.Series(DECODE_ERROR, [error for _, error in read], dtype=pl.String),
    ]
    return pl.concat([plain, pl.DataFrame(columns)]).sort(ROW)


def _list_column(rows: list[list[str] | None]) -> pl.Series:
    """CELLS from lists; lists of one length, the usual case, eighteen times as fast as Polars takes lists."""
    lengths = {None if cells is None else len(cells) for cells in rows}
    if len(lengths) != 1 or not (length := lengths.pop()):
        return pl.Series(CELLS, rows, dtype=pl.List(pl.String))
    flat = pl.Series(CELLS, [cell for cells in rows if cells for cell in cells], dtype=pl.String)
    return flat.reshape((len(rows), length)).arr.to_list()


def _read_together(texts: list[str]) -> list[Read]:
    """The cells of rows whose quotes are all closed, so that none can reach into the next."""
    try:
        return [(cells, None) for cells in csv.reader(texts, strict=True)]
    except csv.Error:  # a cell longer than the reader takes
        return _read_each(texts)


def _read_each(texts: list[str]) -> list[Read]:
    return [_read_quoted(text) for text in texts]


def _read_quoted(text: str) -> Read:
    try:
        return cells_of(text), None
    except csv.Error as error:
        return None, f"Not CSV: {error}."


def _columns(cells: pl.DataFrame, names: list[str], paths: Sequence[str]) -> pl.DataFrame:
    """ROW, one column per path, `rescued` and `decode_error`; of a repeated column name the first counts."""
    wanted = list(dict.fromkeys(paths))
    columns = [_cell(names, path).alias(path) for path in wanted]
    unknown = [name for name in dict.fromkeys(names) if name not in wanted]
    table = cells.select(
        ROW, *columns, *(_cell(names, name).alias(f"{UNKNOWN}{name}") for name in unknown), DECODE_ERROR
    )
    rescued = [
        _rescued(unknown, values)
        for values in table.select(f"{UNKNOWN}{name}" for name in unknown).iter_rows()
    ]
    texts = pl.Series(RESCUED, rescued if unknown else [None] * len(table), dtype=pl.String)
    return table.select(ROW, *wanted).with_columns(texts, table[DECODE_ERROR])


def _cell(names: list[str], name: str) -> pl.Expr:
    """The cell under a name; null where it is empty, or the row or the header does not have it."""
    if name not in names:
        return pl.lit(None, pl.String)
    cell = pl.col(CELLS).list.get(names.index(name), null_on_oob=True)
    return pl.when(cell != "").then(cell)


def _rescued(names: list[str], values: tuple[str | None, ...]) -> str | None:
    filled = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    return json_text(filled) if filled else None
