"""The landing folder: one folder per feed, watched for files that are new, changed and no longer being written."""

from datetime import datetime, timedelta

import polars as pl

from resources.files import NoSuchFileError, SourceFile, list_files
from resources.lake import Lake
from schemas.tables.bronze import FILES


def waiting_files(
    lake: Lake, feed_name: str, landing: str, now: datetime, settle_seconds: int
) -> list[SourceFile]:
    """The files of a feed that were not landed in their present size and time, and have been still for a while."""
    try:
        present = list_files(f"{landing.rstrip('/')}/{feed_name}")
    except NoSuchFileError:
        return []
    seen = _seen(lake, feed_name)
    still = now - timedelta(seconds=settle_seconds)
    return [file for file in present if file.modified_at <= still and _state(file) not in seen]


def _seen(lake: Lake, feed_name: str) -> set[tuple[str, int, datetime]]:
    if not lake.exists(FILES):
        return set()
    rows = lake.open(FILES).scan().filter(pl.col("feed") == feed_name)
    return set(rows.select("path", "size_bytes", "modified_at").collect().iter_rows())


def _state(file: SourceFile) -> tuple[str, int, datetime]:
    return file.path, file.size_bytes, file.modified_at
