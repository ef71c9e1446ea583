"""Originals: the bytes of every landed file, kept so that it can be exported with the same SHA-256."""

from collections.abc import Iterator

import polars as pl

from advertisex_assets.bronze.arrival import Arrival
from resources.files import SourceFile
from resources.lake import Lake, LakeTable, Marks
from resources.run import Run
from schemas.errors import AdvertiseXError
from schemas.tables.bronze import FILES, ORIGINALS

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


def export_original(lake: Lake, sha256: str) -> Iterator[bytes]:
    """The bytes of a landed file in pieces; AdvertiseXError if no file with that SHA-256 was landed."""
    found = lake.open(FILES).scan().filter(pl.col("sha256") == sha256).head(1).collect()
    if found.is_empty():
        raise AdvertiseXError(
            f"No file with SHA-256 {sha256} was landed. `advertisex sql 'SELECT * FROM bronze.files'` lists them."
        )
    left = int(found["size_bytes"][0])
    rows = lake.open(ORIGINALS).scan().filter(pl.col("source") == found["source"][0]).sort("position")
    for batch in rows.collect().iter_slices(1):
        piece = batch["content"][0][:left]
        left -= len(piece)
        yield piece
