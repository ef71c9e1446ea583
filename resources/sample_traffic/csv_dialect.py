"""Records as CSV rows, with a header or by position. Not here: which columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from resources.sample_traffic.dialect import kinds_of, spoilt
from resources.sample_traffic.malformations import Malformation, Raw

Cell = tuple[str, str, pl.Expr]
"""Name in the header, canonical name, and the text."""

SURPLUS = ",surplus" * 8
"""Enough to make even the shortest row wider than any layout."""

NARROW_ROW = "2026-03-02T00:00:00Z,1234"


@dataclass(frozen=True, eq=False)
class CsvDialect:
    """A sender of CSV. `positional` are the cells of a row in a Kafka message, where there is no header."""

    name: str
    cells: Sequence[Cell]
    positional: Sequence[Cell]
    malformations: Sequence[Malformation]
    time_step_us: int
    header: bool = True
    line_end: str = "\n"
    quote: bool = False
    byte_order_mark: bool = False
    zone_assumed: bool = False
    transport_time: bool = False
    suffix: str = ".csv"
    columns: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", frozenset(canonical for _, canonical, _ in self.cells))

    def file_bytes(self, rows: pl.DataFrame) -> bytes:
        """A whole file with these records, in their order."""
        lines = self._rows(rows, self.cells, self.quote, narrow=NARROW_ROW)
        head = [",".join(name for name, _, _ in self.cells)] if self.header else []
        data = self.line_end.join([*head, str(lines.str.join(self.line_end).item()), ""])
        return data.encode("utf-8-sig" if self.byte_order_mark else "utf-8")

    def messages(self, rows: pl.DataFrame) -> list[bytes]:
        """One message value per record: a row by position."""
        # By position, trailing cells may be missing: only a row that is too wide is certainly broken.
        return [line.encode() for line in self._rows(rows, self.positional, quote=False, narrow=None)]

    def _rows(self, rows: pl.DataFrame, cells: Sequence[Cell], quote: bool, narrow: str | None) -> pl.Series:
        texts = [
            spoilt(canonical, text.fill_null(""), self.malformations).alias(wire)
            for wire, canonical, text in cells
        ]
        # In steps: one expression for all would repeat each cell wherever it is looked at.
        table = rows.select("malformation", *texts)
        names = [wire for wire, _, _ in cells]
        if quote:
            table = table.with_columns(
                pl.concat_str(pl.lit('"'), name, pl.lit('"')).alias(name) for name in names
            )
        table = table.select("malformation", line=pl.concat_str(names, separator=","))
        kind, wide = pl.col("malformation"), pl.concat_str("line", pl.lit(SURPLUS))
        narrowed = wide if narrow is None else pl.lit(narrow)
        return table.select(
            pl.when(kind.is_in(kinds_of(Raw.TOO_WIDE, self.malformations)))
            .then(wide)
            .when(kind.is_in(kinds_of(Raw.TOO_NARROW, self.malformations)))
            .then(narrowed)
            .otherwise("line")
        ).to_series()
