"""Polars: in this process and in memory. The fastest by far for what one machine holds, and the default."""

from collections.abc import Iterable, Sequence
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl

from resources.engine.engine import Engine, Frame
from resources.lake import LakeTable
from resources.lake.live import LiveFile, scan_file


class Polars(Engine):
    """The engine of one machine."""

    name = "polars"

    def scan_files(self, table: LakeTable, files: Sequence[LiveFile]) -> Frame:
        """The files one after another."""
        empty = pl.LazyFrame(schema=table.table.schema)
        return nw.from_native(pl.concat([empty, *(scan_file(table, file) for file in files)]))

    def scan_dates(self, table: LakeTable, first: date, last: date) -> Frame:
        """By Polars' own reader of Delta tables, which also skips files by the log's statistics."""
        return nw.from_native(table.scan_dates(first, last))

    def rows(self, rows: pl.DataFrame) -> Frame:
        """As they are."""
        return nw.from_native(rows.lazy())

    def epoch_micros(self, frame: Frame, columns: Iterable[str]) -> Frame:
        """A cast, which costs nothing."""
        return nw.from_native(frame.to_native().with_columns(pl.col(list(columns)).cast(pl.Int64)))

    def collect(self, frame: Frame) -> pl.DataFrame:
        """Computed here."""
        rows = frame.to_native().collect()
        assert isinstance(rows, pl.DataFrame)
        return rows


POLARS = Polars()
"""It has no state."""
