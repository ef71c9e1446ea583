"""Repeats: replayed records that bronze has already, found by their `record-id` and their bytes.

Whatever a file's replay did (ran twice, died half-way and began again), each of its records is one record in bronze;
the others are kept as `repeat` rows, so that the sums of offsets and records still agree.
"""

import polars as pl

from resources.lake import LakeTable
from schemas.tables.bronze import RECORD, REPEAT

REPLAYED = r"^[0-9a-f]{64}:\d{15}(:\d+)?$"
"""What `advertisex produce` calls a record: the file's hash and the record's position. Others may mean other things."""

IDENTITY = ("record_id", "record_index", "payload")
"""One replayed record: its bytes too, so that a wrong header can never hide a record."""

PLACE = "place"
"""The row's number among those given."""


def with_repeats(bronze: LakeTable, rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows; replayed records that came before, in bronze or among these, are of the kind `repeat`."""
    is_replayed = (pl.col("kind") == RECORD) & pl.col("record_id").str.contains(REPLAYED)
    if rows.select(pl.col("record_id").is_null().all()).item():
        return rows
    replayed = rows.with_row_index(PLACE).filter(is_replayed).select(PLACE, *IDENTITY)
    if replayed.is_empty():
        return rows
    first = replayed.filter(pl.struct(IDENTITY).is_first_distinct())
    new = first.join(_landed(bronze, first), on=IDENTITY, how="anti")
    repeated = replayed.join(new, on=PLACE, how="anti")[PLACE]
    kind = pl.when(pl.int_range(pl.len()).is_in(repeated.implode())).then(pl.lit(REPEAT)).otherwise("kind")
    return rows.with_columns(kind.alias("kind"))


def _landed(bronze: LakeTable, replayed: pl.DataFrame) -> pl.DataFrame:
    """IDENTITY of those of the records that bronze has; bytes are read only where an id is found."""
    ids = replayed["record_id"]
    low, high = ids.min(), ids.max()
    assert isinstance(low, str) and isinstance(high, str)
    near = bronze.scan_files_between("record_id", low, high)
    wanted = pl.col("record_id").is_between(pl.lit(low), pl.lit(high)) & (pl.col("kind") == RECORD)
    known = near.filter(wanted).select("record_id").collect().join(replayed, on="record_id", how="semi")
    if known.is_empty():
        return replayed.clear().select(IDENTITY)
    named = pl.col("record_id").is_in(known["record_id"].unique().implode())
    return near.filter(wanted & named).select(IDENTITY).collect()
