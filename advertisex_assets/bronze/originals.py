"""Originals: the bytes of every landed file, kept so that it can be exported with the same SHA-256."""

from collections.abc import Iterator

import polars as pl

from advertisex_assets.bronze.arrival import Arrival
from resources.files import SourceFile
from resources.lake import Lake, LakeTable, Marks
from resources.run import Run
from schemas.errors import AdvertiseXError
from schemas.tables.bronze import FILES, ORIGINALS

ERASED_FILE = "erased/"
"""Before a source: the mark that says that a file's bytes were dropped, since somebody in it was erased."""

PIECES_PER_COMMIT = 16
"""64 MiB of file a commit: bounded memory, few commits."""


def keep_original(table: LakeTable, arrival: Arrival, run: Run) -> None:
    """Appends the bytes of a file that are not kept yet; its mark is how many are."""
    kept = table.mark(arrival.source) or 0
    for group in _groups(arrival.file, kept):
        position = kept
        rows = []
        for piece in group:
            rows.append(
                {
                    "source": arrival.source,
                    "position": position,
                    "content": piece,
                    "landing_date": run.clock().date(),
                }
            )
            position += len(piece)
        run.step("bronze:originals")
        table.append(pl.DataFrame(rows, schema=ORIGINALS.schema), Marks({arrival.source: position}))
        kept = position


def _groups(file: SourceFile, start: int) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    for piece in file.pieces(start):
        group.append(piece)
        if len(group) == PIECES_PER_COMMIT:
            yield group
            group = []
    if group:
        yield group


def is_erased(table: LakeTable, source: str) -> bool:
    """Whether the bytes of that source (also of one that was landed `--as-new`) were dropped."""
    return table.mark(f"{ERASED_FILE}{source.partition('#')[0]}") is not None


def _refuse_erased(lake: Lake, source: str, sha256: str) -> None:
    if is_erased(lake.open(ORIGINALS), source):
        raise AdvertiseXError(
            f"The file with SHA-256 {sha256} cannot be exported: its bytes were dropped, since somebody in it was "
            f"erased. The records of everybody else are in bronze, under the source {source}."
        )


def export_original(lake: Lake, sha256: str) -> Iterator[bytes]:
    """The bytes of a landed file in pieces; AdvertiseXError if no file with that SHA-256 was landed."""
    found = lake.open(FILES).scan().filter(pl.col("sha256") == sha256).head(1).collect()
    if found.is_empty():
        raise AdvertiseXError(
            f"No file with SHA-256 {sha256} was landed. `advertisex sql 'SELECT * FROM bronze.files'` lists them."
        )
    _refuse_erased(lake, found["source"][0], sha256)
    left = int(found["size_bytes"][0])
    rows = lake.open(ORIGINALS).scan().filter(pl.col("source") == found["source"][0]).sort("position")
    if (rows.select(pl.col("content").bin.size().sum()).collect().item() or 0) < left:
        raise AdvertiseXError(f"The bytes of the file with SHA-256 {sha256} are past their retention and gone.")
    for batch in rows.collect().iter_slices(1):
        piece = batch["content"][0][:left]
        left -= len(piece)
        yield piece
