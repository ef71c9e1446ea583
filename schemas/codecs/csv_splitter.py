"""Cuts CSV streams (RFC 4180: comma, double quotes) into records: a line each, or the lines that a quoted cell spans.

A quote that is never closed costs its own line only. A record spans lines only when its quotes close within
LOOKAHEAD_BYTES, each before a comma or a line end, and it then has as many cells as records have.
"""

import csv
import re

from schemas.codecs.base import Record

BOM = b"\xef\xbb\xbf"

LOOKAHEAD_BYTES = 1 << 16
"""How far a quoted cell may reach over line ends: far more than any text in an ad event, little enough to rescan."""

LONG_LINE_BYTES = 8 << 20
"""A line longer than this is cut here: no event has it, and memory stays bounded."""

_CELL = rb'(?:"(?:[^"]|"")*+"|[^",\r\n][^,\r\n]*+|)'
_CELLS = _CELL + rb"(?:," + _CELL + rb")*+"
_RECORD = re.compile(_CELLS + rb"\r?\n")
_LAST_RECORD = re.compile(_CELLS + rb"(?:\r?\n|\Z)")


def cells_of(line: str) -> list[str]:
    """The cells of a record; csv.Error when its quotes are wrong."""
    return next(csv.reader((line,), strict=True), [])


def names_of(header: str) -> list[str]:
    """The column names in a header line; none when its quotes are wrong."""
    try:
        return [cell.strip() for cell in cells_of(header)]
    except csv.Error:
        return []


class CsvSplitter:
    """See the module. `known` are the column names that tell a header from a record; `most_cells` is the width of
    records without a header."""

    def __init__(self, known: frozenset[str], most_cells: int) -> None:
        self._known = known
        self._most_cells = most_cells
        self._header: str | None = None
        self._first = True
        self._buffer = b""
        self._at = 0
        self._position = 0

    def feed(self, chunk: bytes) -> list[Record]:
        """The records that this chunk completed."""
        self._position += self._at
        self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        return self._cut(ended=False)

    def finish(self) -> list[Record]:
        """The records that the end completed."""
        return self._cut(ended=True)

    def _cut(self, ended: bool) -> list[Record]:
        records = self._plain_lines()
        while (end := self._end_of_record(ended)) is not None:
            start, self._at = self._at, end
            if self._position + start == 0 and self._buffer.startswith(BOM):
                start = len(BOM)
            payload = self._buffer[start:end].rstrip(b"\r\n")
            if payload and not self._takes_header(payload):
                records.append(Record(payload, self._header, self._position + start))
            records += self._plain_lines()
        return records

    def _plain_lines(self) -> list[Record]:
        """The lines from here on that no quote can hold together, once the header is known: most files whole."""
        quote = self._buffer.find(b'"', self._at)
        end = self._buffer.rfind(b"\n", self._at, quote if quote >= 0 else len(self._buffer)) + 1
        records: list[Record] = []
        if self._first or not end:
            return records
        for line in self._buffer[self._at : end].split(b"\n"):
            if payload := line.rstrip(b"\r"):
                records.append(Record(payload, self._header, self._position + self._at))
            self._at += len(line) + 1
        self._at = end
        return records

    def _end_of_record(self, ended: bool) -> int | None:
        """Where the next record ends, its line end included; null when more is needed or nothing is left."""
        newline = self._buffer.find(b"\n", self._at)
        waiting = len(self._buffer) - self._at
        line_end = newline + 1 or len(self._buffer)
        if newline < 0 and not (waiting and (ended or waiting > LONG_LINE_BYTES)):
            return None
        if self._buffer.find(b'"', self._at, line_end) < 0:
            return line_end
        stop = self._at + LOOKAHEAD_BYTES
        form = _LAST_RECORD if ended and stop >= len(self._buffer) else _RECORD
        quoted = form.match(self._buffer, self._at, stop)
        if quoted and (quoted.end() <= line_end or self._fits(quoted.group())):
            return quoted.end()
        return line_end if quoted or ended or waiting >= LOOKAHEAD_BYTES else None

    def _fits(self, lines: bytes) -> bool:
        """Whether lines that quotes hold together have the width of one record."""
        try:
            cells = len(cells_of(lines.decode("utf-8", "replace").rstrip("\r\n")))
        except csv.Error:
            return False
        return cells == len(names_of(self._header)) if self._header else 1 < cells <= self._most_cells

    def _takes_header(self, payload: bytes) -> bool:
        """Whether this is the first record and names columns: all its cells are known, or at least two of them."""
        if not self._first:
            return False
        self._first = False
        text = payload.decode("utf-8", "replace")
        names = names_of(text)
        known = sum(name in self._known for name in names)
        is_header = bool(names) and (known == len(names) or known >= 2)
        self._header = text if is_header else None
        return is_header
