"""Files in folders and object stores: listing, hashing and reading them in pieces, by fsspec."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import fsspec

from schemas.errors import AdvertiseXError

PIECE_BYTES = 4 << 20
"""How much is read at once: large enough for object stores, small enough for memory."""

IGNORED_PREFIXES = (".", "_")
"""Hidden and bookkeeping files, as Hadoop and Spark ignore them."""

UNFINISHED_SUFFIXES = (".tmp", ".part", ".partial", ".crdownload", ".filepart")
"""What tools call a file that they are still writing."""


class NoSuchFileError(AdvertiseXError):
    """A path that was asked for is not there."""


@dataclass(frozen=True)
class SourceFile:
    """A file somewhere: its path or URI, size in bytes and modification time."""

    path: str
    size_bytes: int
    modified_at: datetime

    def pieces(self, start: int = 0) -> Iterator[bytes]:
        """Its bytes from a position on, in pieces."""
        with fsspec.open(self.path, "rb") as stream:
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
    """The file of that path, or all finished files below that folder or prefix, sorted by path."""
    store, root = fsspec.core.url_to_fs(path)
    if not store.exists(root):
        raise NoSuchFileError(
            f"There is no file or folder {path!r}. Check the path, and the credentials if it is remote."
        )
    if store.isfile(root):
        return [_file(store, root, store.info(root))]
    found = store.find(root, detail=True)
    return [_file(store, name, found[name]) for name in sorted(found) if _is_finished(name, root)]


def _is_finished(name: str, root: str) -> bool:
    parts = name.removeprefix(root).strip("/").split("/")
    return not any(part.startswith(IGNORED_PREFIXES) for part in parts) and not name.endswith(
        UNFINISHED_SUFFIXES
    )


def _file(store: Any, name: str, info: dict[str, Any]) -> SourceFile:
    return SourceFile(
        store.unstrip_protocol(name).removeprefix("file://"), int(info["size"]), _modified(info)
    )


def _modified(info: dict[str, Any]) -> datetime:
    """Local stores tell seconds, object stores datetimes under various names."""
    value = info.get("mtime") or info.get("LastModified") or info.get("last_modified") or 0
    return value if isinstance(value, datetime) else datetime.fromtimestamp(float(value), UTC)
