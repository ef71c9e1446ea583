"""Arrival: what a file's bytes and path say about whether it was landed before; and the row that records it."""

from dataclasses import dataclass

import polars as pl

from resources.files import SourceFile
from resources.lake import LakeTable, Marks
from resources.run import Run
from schemas.tables.bronze import FILES

LANDED = "landed"
GROWN = "grown"
ALREADY_LANDED = "already_landed"
UNREADABLE = "unreadable"

IS_KEPT = pl.col("outcome").is_in([LANDED, GROWN, UNREADABLE])
"""Whether an arrival brought rows to bronze."""


@dataclass(frozen=True)
class Arrival:
    """One file that came in.

    `source` names its content for ever; `grown_from_bytes` is where new bytes begin if an earlier, shorter version of
    it was landed; `earlier` counts the arrivals of that source before, and `landed_records` what they brought.
    """

    file: SourceFile
    sha256: str
    source: str
    grown_from_bytes: int
    earlier: int = 0
    landed_records: int = 0
    is_known: bool = False


def kept_arrivals(files: LakeTable, feed_name: str) -> pl.DataFrame:
    """The rows of `bronze.files` whose arrival brought rows to the feed's bronze."""
    return files.scan().filter(pl.col("feed") == feed_name, IS_KEPT).collect()


def recognise(file: SourceFile, kept: pl.DataFrame, as_new: bool = False) -> Arrival:
    """Compares a file with every earlier arrival: same content (`is_known`), a grown version of its path, or new.

    With `as_new` known content gets a source of its own and is landed once more.
    """
    sha256 = file.sha256()
    same = kept.filter(pl.col("sha256") == sha256)
    if same.height and as_new:
        return Arrival(file, sha256, f"file:{sha256}#{same.height}", 0)
    if same.height:
        return _continued(file, sha256, same["source"][0], 0, kept, is_known=True)
    shorter = kept.filter(pl.col("path") == file.path, pl.col("size_bytes") < file.size_bytes)
    longest = shorter.sort("size_bytes").tail(1)
    if longest.height and file.sha256(longest["size_bytes"][0]) == longest["sha256"][0]:
        return _continued(file, sha256, longest["source"][0], longest["size_bytes"][0], kept, is_known=False)
    return Arrival(file, sha256, f"file:{sha256}", 0)


def _continued(
    file: SourceFile, sha256: str, source: str, grown_from: int, kept: pl.DataFrame, is_known: bool
) -> Arrival:
    earlier = kept.filter(pl.col("source") == source)
    return Arrival(file, sha256, source, grown_from, earlier.height, int(earlier["records"].sum()), is_known)


def arrival_row(
    feed_name: str, arrival: Arrival, records: int, outcome: str, reason: str | None, run: Run
) -> pl.DataFrame:
    """The row of `bronze.files` that tells what an arrival did."""
    row = {
        "feed": feed_name,
        "path": arrival.file.path,
        "source": arrival.source,
        "sha256": arrival.sha256,
        "size_bytes": arrival.file.size_bytes,
        "records": records,
        "outcome": outcome,
        "reason": reason,
        "modified_at": arrival.file.modified_at,
        "arrived_at": run.clock(),
        "run_id": run.run_id,
    }
    return pl.DataFrame([row], schema=FILES.schema)


def record_arrival(files: LakeTable, row: pl.DataFrame) -> None:
    """Appends the row; CommitConflictError when another process recorded the same content first."""
    mark = f"{row['feed'][0]}/{row['source'][0]}"
    files.append(row, Marks({mark: (files.mark(mark) or 0) + 1}))
