"""Judge: the relational half on Spark: which of all rows lost to whom, and which stored dates change with them."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import polars as pl

from advertisex_assets.silver.read import as_keys, as_losers
from advertisex_assets.transforms.deduplicate import KEYS, WINNER_OF, disturbed_days, losers
from advertisex_assets.transforms.parse import is_valid
from resources.lake.live import LiveFile
from resources.lake.place import Place
from resources.lake.share import Share
from resources.scratch import Scratch
from schemas.tables.bronze import POSITION

NUMBERS = ("day", "received_at", "partition", "offset", "record_index")


def _types(names: Sequence[str]) -> dict[str, pl.DataType]:
    return {name: pl.Int64() if name.removeprefix("winner_") in NUMBERS else pl.String() for name in names}


KEY_TYPES = _types(KEYS)
LOSER_TYPES = _types(("event_id", "day", *WINNER_OF))
LOST_TYPES = _types((*POSITION, *WINNER_OF, "outcome"))

Stored = tuple[Place, LiveFile]
"""A file of a silver table, with where it is."""


@dataclass(frozen=True)
class KeysOfPiece:
    """KEYS of the valid rows of a piece."""

    scratch: Scratch

    def __call__(self, piece: str) -> pl.DataFrame:
        return as_keys(self.scratch.scan([piece]).filter(is_valid())).collect()


def keys_of_stored(file: Stored) -> pl.DataFrame:
    """KEYS of the records of a file."""
    return as_keys(Share(file[0], [file[1]]).scan()).collect()


def losers_of_stored(file: Stored) -> pl.DataFrame:
    """The records of a file of `silver.duplicates`, as `deduplicate.orphaned_days` reads them."""
    return as_losers(Share(file[0], [file[1]]).scan()).collect()


@dataclass(frozen=True)
class KeepLost:
    """Keeps the losers among resolved rows in a file; says which, and what stored days they disturb."""

    scratch: Scratch

    def __call__(self, resolved: pl.DataFrame) -> tuple[str | None, list[int]]:
        frame = nw.from_native(resolved.lazy())
        lost = losers(frame).collect("polars").to_native()
        days = disturbed_days(frame).collect("polars").to_native()["day"].to_list()
        return (self.scratch.write(lost) if lost.height else None), days


def lost_among(scratch: Scratch, lost: Sequence[str], rows: pl.DataFrame) -> pl.DataFrame:
    """What those files say of these rows. They are sorted by position, so that bounds skip most of them."""
    if not lost or rows.is_empty():
        return pl.DataFrame(schema=LOST_TYPES)
    bounds = rows.select(pl.col("offset").min().alias("low"), pl.col("offset").max().alias("high")).row(0)
    sources = rows["source"].unique().implode()
    near = scratch.scan(lost).filter(pl.col("source").is_in(sources), pl.col("offset").is_between(*bounds))
    return near.join(rows.lazy().select(POSITION), on=POSITION, how="semi").collect()
