"""Settle: what a worker does with a piece of parsed rows: they go into files of every table, committed by nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from advertisex_assets.silver.cluster.judge import lost_among
from advertisex_assets.silver.fates import counts_of, fates
from advertisex_assets.silver.settled import PlacedRows
from advertisex_assets.transforms.enrich import Reference
from resources.lake.place import Place
from resources.lake.share import Share
from resources.lake.take import NewFile, put_files
from resources.scratch import Scratch
from schemas.contracts import hold_unless_typed
from schemas.feed import Feed

GRAIN_SEPARATOR = "\x1f"
"""Between the columns of a grain, where they are told as one text: no identifier can contain it."""


@dataclass(frozen=True)
class Settlement:
    """What became of a piece: its rows by date and outcome, and the files that were written, by table."""

    counts: pl.DataFrame
    files: Mapping[str, Sequence[NewFile]]


@dataclass(frozen=True)
class SettlePiece:
    """Writes what a piece gives; HeldBatchError, and no file, if rows do not fit a contract."""

    feed: Feed
    reference: Reference
    tables: Mapping[str, Place]
    scratch: Scratch
    lost: tuple[str, ...]

    def __call__(self, piece: str) -> Settlement:
        batch = self.scratch.scan([piece]).collect()
        parts = fates(self.feed, batch, lost_among(self.scratch, self.lost, batch), self.reference)
        for name, rows in parts.items():
            hold_unless_typed(self.tables[name].table, rows)
        files = {name: put_files(self.tables[name], rows) for name, rows in parts.items()}
        return Settlement(counts_of(self.feed, parts), files)


@dataclass(frozen=True)
class GrainOfFile:
    """`table` and `grain`, one text, of each row of a file."""

    tables: Mapping[str, Place]

    def __call__(self, item: tuple[str, NewFile]) -> pl.DataFrame:
        name, file = item
        place = self.tables[name]
        grain = [pl.col(column).cast(pl.String) for column in place.table.grain_columns]
        rows = Share(place, [file]).scan()
        return rows.select(
            pl.lit(name).alias("table"), pl.concat_str(grain, separator=GRAIN_SEPARATOR).alias("grain")
        ).collect()


def placed(settlements: Sequence[Settlement], names: Iterable[str]) -> dict[str, PlacedRows]:
    """The files of all pieces, by table."""
    return {name: PlacedRows([file for one in settlements for file in one.files[name]]) for name in names}
