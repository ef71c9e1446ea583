"""Scratch: files of one piece of work that several machines share, in a folder beside the lake's layers.

They are no part of any table. Who made them removes them; what a process that died has left, upkeep removes. Not here:
what the rows mean; what one process alone keeps for itself (`spool`).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from resources.stores import NoSuchFileError, explained, find, store_of

FOLDER = "_scratch"
"""Below the root of the lake: every machine that works on the lake reaches it."""


@dataclass(frozen=True)
class Scratch:
    """A folder or prefix of one piece of work; a value that can be sent to other machines."""

    uri: str
    storage_options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def in_lake(cls, root: str, storage_options: dict[str, str]) -> "Scratch":
        """A new one, beside the lake's layers."""
        return cls(f"{root.rstrip('/')}/{FOLDER}/{uuid.uuid4()}", storage_options)

    def write(self, rows: pl.DataFrame) -> str:
        """Writes a file of its own name and returns where it is: work that is done twice writes two."""
        path = f"{self.uri}/{uuid.uuid4()}.parquet"
        # Read once or twice and then removed: what is quick matters, not what is small.
        rows.lazy().sink_parquet(path, compression="lz4", mkdir=True, storage_options=self.storage_options)
        return path

    def scan(self, paths: Sequence[str]) -> pl.LazyFrame:
        """The rows of those files (at least one)."""
        return pl.scan_parquet(list(paths), storage_options=self.storage_options, hive_partitioning=False)

    def remove(self) -> None:
        """Removes every file."""
        _remove([self.uri])


def remove_leftovers(root: str, before: datetime) -> int:
    """Removes files of a lake's scratch that were written before; returns how many there were."""
    try:
        left = [file for file in find(f"{root.rstrip('/')}/{FOLDER}") if file.modified_at < before]
    except NoSuchFileError:
        return 0
    _remove([file.path for file in left])
    return len(left)


def _remove(paths: Sequence[str]) -> None:
    for path in paths:
        store, name = store_of(path)
        with explained(path):
            if store.exists(name):
                store.rm(name, recursive=True)
