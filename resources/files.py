"""Files in folders and object stores: listing, hashing, reading in pieces, writing. Reaching them lives in `stores`."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fsspec.implementations.local import LocalFileSystem

from resources.stores import NoSuchFileError, explained, find, store_of

__all__ = ["NoSuchFileError", "SourceFile", "list_files", "write_file"]

PIECE_BYTES = 4 << 20
"""How much is read at once: large enough for object stores, small enough for memory."""

IGNORED_PREFIXES = (".", "_")
"""Hidden and bookkeeping files, as Hadoop and Spark ignore them."""

UNFINISHED_SUFFIXES = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
"""What tools call a file that they are still writing."""


@dataclass(frozen=True)
class SourceFile:
    """A file somewhere: its path or URI, size in bytes and modification time."""

    path: str
    size_bytes: int
    modified_at: datetime

    def pieces(self, start: int = 0) -> Iterator[bytes]:
        """Its bytes from a position on, in pieces."""
        store, name = store_of(self.path)
        with explained(self.path), store.open(name, "rb") as stream:
            stream.seek(start)
            while piece := stream.read(PIECE_BYTES):
                yield piece

    def sha256(self, length: int | None = None) -> str:
        """The SHA-256 of its first `length` bytes; of all without."""
        digest = hashlib.sha256()
        left = self.size_bytes if length is None else length
        for piece in self.pieces():
            digest.update(piece[:left])
            left -= len(piece)
            if left <= 0:
                break
        return digest.hexdigest()


def list_files(path: str) -> list[SourceFile]:
    """The file of that path, or all finished files below that folder or prefix, sorted by path.

    NoSuchFileError if there is neither; StoreError if the store cannot be reached.
    """
    return [
        SourceFile(found.path, found.size_bytes, found.modified_at)
        for found in find(path)
        if _is_finished(found.below)
    ]


def _is_finished(below: str) -> bool:
    """Whether nothing in a path says that it is hidden or still being written; a file asked for by name always is."""
    return not any(part.startswith(IGNORED_PREFIXES) for part in below.split("/")) and not below.endswith(
        UNFINISHED_SUFFIXES
    )


def write_file(path: str, content: bytes) -> None:
    """Puts a file at that path or URI, in the place of an older one; readers see one or the other, never a part.

    StoreError if the store cannot be written.
    """
    store, name = store_of(path)
    with explained(path):
        if not isinstance(store, LocalFileSystem):
            store.pipe_file(name, content)
            return
        target = Path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        half.write_bytes(content)
        half.replace(target)
