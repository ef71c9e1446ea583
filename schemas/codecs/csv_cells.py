"""The cells of CSV rows, many rows at once; what the cells mean is the codec's matter."""

import csv

import polars as pl

from schemas.codecs.base import DECODE_ERROR
from schemas.codecs.csv_splitter import cells_of

WELL_FORMED = r'\A(?:"(?:[^"]|"")*"|[^",\r\n][^,\r\n]*|)(?:,(?:"(?:[^"]|"")*"|[^",\r\n][^,\r\n]*|))*\z'
"""A row whose quotes are all closed."""

Read = tuple[list[str] | None, str | None]
"""The cells of a row, or why it has none."""

ROW = "csv:row"
TEXT = "csv:text"
CELLS = "csv:cells"
"""Names of working columns, prefixed so that no sender's column can meet them."""


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
