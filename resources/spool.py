"""Spool: the rows of one table in pieces, in memory while they are few, else in temporary files.

What keeps the rows of a pass out of memory. Not here: what the rows mean, or how tables are written.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

KEPT_BYTES = 256 << 20
"""How much of one table is kept in memory: some 250,000 bid requests, so that few passes write what they read again at
once. Chosen rows may hold twice that, all the bytes that they were chosen from."""

FEW_ROWS = 10_000
"""A few rows chosen from many still hold all their bytes, for Polars shares them: these are copied."""


class Spool:
    """Rows that were added piece by piece, all of one schema, at least one piece (it may be empty).

    Temporary files go when nothing refers to them any more.
    """

    def __init__(self) -> None:
        self._kept: list[pl.DataFrame] = []
        self._files: list[Path] = []
        self._folder: TemporaryDirectory[str] | None = None
        self._bytes = 0
        self.height = 0

    def add(self, rows: pl.DataFrame) -> None:
        """Takes a piece."""
        own = owned(rows)
        self.height += rows.height
        self._bytes += own.estimated_size()
        # A pass of one batch, which was just in memory, needs no file.
        if not self._files and (self._bytes <= KEPT_BYTES or not self._kept):
            self._kept.append(own)
        else:
            self._spill(own)

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """The rows in pieces as large as memory allows, in the order in which they came."""
        if self._kept:
            yield pl.concat(self._kept)
        yield from map(pl.read_ipc, self._files)

    def scan(self) -> pl.LazyFrame:
        """All rows, in the order in which they came."""
        return pl.concat([*(rows.lazy() for rows in self._kept), *map(pl.scan_ipc, self._files)])

    def collect(self) -> pl.DataFrame:
        """All rows at once."""
        return pl.concat(list(self))

    def _spill(self, rows: pl.DataFrame) -> None:
        self._folder = self._folder or TemporaryDirectory(prefix="advertisex-")
        path = Path(self._folder.name) / f"{len(self._files)}.arrow"
        # Not compressed: it is read again at once, and would take five times the CPU.
        rows.write_ipc(path, compression="uncompressed")
        self._files.append(path)


def owned(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, with bytes of their own if they are few."""
    return copied(rows) if rows.height < FEW_ROWS else rows


def copied(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with bytes of their own: the older Arrow layout cannot share any."""
    return pl.DataFrame(rows.to_arrow(compat_level=pl.CompatLevel.oldest()), schema=rows.schema)
