"""CSV: one row is one record; its column names come from the header line, or from the feed where there is none.

An empty cell is null. Rows without quotes are split by Polars, all at once; rows with quotes go through the standard
library's reader, one by one, so that a wrong quote can only harm its own row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from schemas.codecs.base import DECODE_ERROR, RESCUED, Record, StreamSplitter, split_whole
from schemas.codecs.batches import no_dates
from schemas.codecs.csv_cells import CELLS, ROW, TEXT, split_cells
from schemas.codecs.csv_splitter import CsvSplitter, names_of
from schemas.codecs.detect import HEAD_BYTES
from schemas.codecs.native.scanner import scanner
from schemas.codecs.schema_source import NO_SCHEMAS, SchemaSource
from schemas.codecs.text import json_text, utf8_text

PLAIN_START = r'^[0-9A-Za-z_"-][ -~]{3}'
"""No brace, bracket or blank (JSON), and no byte that is not printable (binary formats have one among their first)."""

NO_ROW = "[\n\r\0]"
"""What a message of one row does not have."""

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

    def message_of(self, record: Record) -> bytes:
        """The row, behind its header line if it has one: positions mean something only where nobody names them."""
        return record.payload if record.header is None else b"\n".join([record.header.encode(), record.payload])

    def is_one_record(self, messages: pl.Series) -> pl.Series:
        """A line of printable text that starts as no other format does."""
        if (loops := scanner()) is None:
            return _is_line(messages)
        sure = loops.csv_is_one(messages, HEAD_BYTES)
        others = (~sure).arg_true()
        return sure.scatter(others, _is_line(messages.gather(others))) if len(others) else sure

    def dates(self, payloads: pl.Series, path: str, schemas: SchemaSource = NO_SCHEMAS) -> pl.Series:
        """The dates in the cells under the path."""
        loops = scanner() if path in self.positional else None
        if loops is None:
            return no_dates(payloads)
        place = self.positional.index(path)
        return loops.csv_dates(payloads, place, self.fewest_cells, len(self.positional))

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
        cells = [_cell_alone(self.positional, path).alias(path) for path in dict.fromkeys(paths)]
        nothing = [pl.lit(None, pl.String).alias(name) for name in (RESCUED, DECODE_ERROR)]
        return texts.to_frame(TEXT).select(*cells, *nothing)

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


def _is_line(messages: pl.Series) -> pl.Series:
    texts = utf8_text(messages)
    plain = texts.str.contains(PLAIN_START) & ~texts.str.contains(NO_ROW)
    return plain & (messages.bin.size() < HEAD_BYTES) & texts.str.contains(",", literal=True)


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


def _cell_alone(names: Sequence[str], path: str) -> pl.Expr:
    """The same of a row without quotes, not splitting more of it than needed."""
    if path not in names:
        return pl.lit(None, pl.String)
    place = names.index(path)
    cell = pl.col(TEXT).str.split_exact(",", place + 1).struct[place]
    return pl.when(cell != "").then(cell)


def _rescued(names: list[str], values: tuple[str | None, ...]) -> str | None:
    filled = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    return json_text(filled) if filled else None
