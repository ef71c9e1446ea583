"""Originals: drops the kept bytes of every landed file that holds something of a person.

They are kept to show what a sender delivered, byte for byte; with bytes missing they would show nothing. The records of
others in the same file stay in bronze.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from advertisex_assets.bronze.originals import ERASED_FILE
from advertisex_assets.erasure.person import Mentions, Person, mentions
from resources.lake import CommitConflictError, Lake, LakeTable
from resources.lake.live import LiveFile, live_files, scan_file
from resources.lake.rewrite import rewrite
from resources.run import Run
from schemas.codecs.compression import CorruptCompression, decompressed
from schemas.errors import AdvertiseXError
from schemas.tables.bronze import ORIGINALS

ATTEMPTS = 50
"""How often dropping starts again when upkeep merges originals meanwhile, or a file is being landed."""


def files_to_drop(lake: Lake, persons: Sequence[Person], sources: Sequence[str]) -> list[str]:
    """The sources with kept bytes that are among those given, or whose bytes mention a person."""
    if not lake.exists(ORIGINALS):
        return []
    opened, who = lake.open(ORIGINALS), mentions(persons)
    kept = opened.scan().filter(pl.col("content").is_not_null()).select("source").unique().collect()["source"]
    return sorted(one for one in kept.to_list() if one in set(sources) or _mentions(opened, one, who))


def drop_originals(lake: Lake, sources: Sequence[str], run: Run) -> None:
    """Replaces their bytes by nothing."""
    marks = {f"{ERASED_FILE}{source}": 1 for source in sources}
    for _ in range(ATTEMPTS):
        opened = lake.open(ORIGINALS)
        where = pl.col("source").is_in(sources) & pl.col("content").is_not_null()
        files = [file for file in live_files(opened) if _holds(opened, file, where)]
        if not files:
            return
        try:
            for file in files:
                run.step("erase:originals")
                rewrite(opened, [file], lambda rows: _emptied(rows, sources), marks)
        except CommitConflictError:
            continue
    raise AdvertiseXError(f"{ORIGINALS.full_name} lost {ATTEMPTS} races against other writers; run it again.")


def _emptied(rows: pl.LazyFrame, sources: Sequence[str]) -> pl.DataFrame:
    return rows.with_columns(pl.when(~pl.col("source").is_in(sources)).then("content").alias("content")).collect()


def _holds(opened: LakeTable, file: LiveFile, where: pl.Expr) -> bool:
    return bool(scan_file(opened, file).filter(where).select(pl.len()).collect().item())


def _mentions(opened: LakeTable, source: str, who: Mentions) -> bool:
    """Whether a file's bytes, unpacked if they are packed, mention a person; reads piece by piece."""
    try:
        return who.mentioned_in_stream(_unpacked(opened, source))
    except CorruptCompression:
        # What could be unpacked did not; what could not be is no use to anybody who looks for the person.
        return False


def _unpacked(opened: LakeTable, source: str) -> Iterator[bytes]:
    pieces = opened.scan().filter(pl.col("source") == source)
    positions = pieces.select("position").sort("position").collect()["position"].to_list()
    packed = (pieces.filter(pl.col("position") == at).select("content").collect().item(0, 0) for at in positions)
    first = next(packed, None) or b""

    def everything() -> Iterator[bytes]:
        yield first
        yield from (piece or b"" for piece in packed)

    yield from decompressed(everything(), first)
