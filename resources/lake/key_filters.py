"""Key filters: beside large files of a table the sorted hashes of their keys, by which a few keys pass most files over.

A filter is derived and may be lost: one that is missing is made when it is first asked, and a file whose filter cannot
be made or read may hold anything. Data files never change and their names never come again, so that a filter is never
stale; it goes when its file has gone (`forget_filters`). Kept on local disks only: elsewhere fetching eight bytes a row
costs as much as fetching the keys (decision 021). Not here: what the keys are of.
"""

import os
import uuid
from pathlib import Path

import polars as pl

from resources.lake.live import LiveFile, scan_file
from resources.lake.place import Located

FOLDER = "_key_filters"
"""In the table's folder; Delta takes no notice of names that begin with an underscore."""

LARGE_ROWS = 200_000
"""Smaller files are read about as quickly as their filters."""

FEW_KEYS = 8
"""So many rows of a file for each key: of more keys, looking them up costs what reading the file does."""

MARK = "mark"


def is_filtered(file: LiveFile, keys: int) -> bool:
    """Whether a filter of that file pays when so many keys are looked for."""
    return file.rows >= max(LARGE_ROWS, keys * FEW_KEYS)


def may_hold(table: Located, file: LiveFile, key: pl.Expr, hashes: pl.Series) -> bool:
    """Whether a file may hold a row of which `key` is one of the hashes (UInt64, sorted, without nulls)."""
    path = _path(table, file)
    if path is None:
        return True
    if hashes.is_empty():
        return False
    try:
        marks = _marks(path, table, file, key)
        places = marks.search_sorted(hashes)
        return bool((marks.gather(places.clip(upper_bound=len(marks) - 1)) == hashes).any())
    except (OSError, pl.exceptions.PolarsError):
        return True


def forget_filters(table: Located) -> None:
    """Removes the filters of files that are not there any more, and what writers left that died."""
    folder = _folder(table)
    if folder is None or not folder.exists():
        return
    for path in folder.rglob("*.arrow"):
        version, *data_file = path.relative_to(folder).with_suffix("").parts
        if version != pl.__version__ or not folder.parent.joinpath(*data_file).exists():
            path.unlink(missing_ok=True)


def _marks(path: Path, table: Located, file: LiveFile, key: pl.Expr) -> pl.Series:
    """The filter of a file, made if there is none."""
    if not path.exists():
        _write(path, scan_file(table, file).select(key.alias(MARK)).collect(engine="streaming").sort(MARK))
    marks = pl.read_ipc(path).to_series()
    if len(marks) != file.rows:
        raise OSError(f"{path} is not whole.")
    return marks.set_sorted()


def _write(path: Path, marks: pl.DataFrame) -> None:
    """Whole or not at all; whoever makes it at the same time makes the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{uuid.uuid4()}.arrow")
    with unfinished.open("wb") as sink:
        marks.write_ipc(sink, compression="uncompressed")
        sink.flush()
        os.fsync(sink.fileno())
    unfinished.replace(path)


def _path(table: Located, file: LiveFile) -> Path | None:
    folder = _folder(table)
    # Another version of Polars may hash differently.
    return None if folder is None else folder / pl.__version__ / f"{file.path}.arrow"


def _folder(table: Located) -> Path | None:
    """None on an object store."""
    scheme, _, rest = table.uri.partition("://")
    if not rest:
        return Path(table.uri) / FOLDER
    return Path(rest) / FOLDER if scheme == "file" else None
