"""Stores: folders and object stores (s3://, gs://, abfss://) as fsspec file systems, by one library for all of them.

Credentials and endpoints come from each store's own environment variables (AWS_..., GOOGLE_..., AZURE_...), the same
that delta-rs and Polars read. Not here: which files are finished and what is in them (`files`); tables (`lake`).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

import fsspec
import obstore
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem
from obstore.exceptions import BaseError
from obstore.fsspec import register
from obstore.store import from_url

from schemas.errors import AdvertiseXError

OBJECT_STORES = ("s3", "s3a", "gs", "gcs", "az", "azure", "abfs", "abfss", "adl")
"""The schemes that obstore knows for the stores that a lake may stand on."""


class StoreError(AdvertiseXError):
    """A folder or an object store cannot be reached or read."""


class NoSuchFileError(AdvertiseXError):
    """A path that was asked for is not there."""


class Found(NamedTuple):
    """One file: its path or URI, its path below what was asked for, size in bytes and time of last change."""

    path: str
    below: str
    size_bytes: int
    modified_at: datetime


def store_of(path: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a path or URI, and the path in it."""
    scheme, _, rest = path.partition("://")
    if rest and scheme in OBJECT_STORES:
        _register(scheme)
    try:
        return fsspec.core.url_to_fs(path)  # type: ignore[no-any-return]
    except (ValueError, ImportError) as error:
        known = "a folder, s3://bucket/prefix, gs://bucket/prefix or abfss://container@account/prefix"
        raise StoreError(f"{path!r} cannot be opened: {error}. Write {known}.") from error


def find(path: str) -> list[Found]:
    """The file of that path, or every file below that folder or prefix, sorted by path.

    NoSuchFileError if there is neither; StoreError if the store cannot be reached.
    """
    store, root = store_of(path)
    with explained(path):
        found = _in_folder(store, root) if isinstance(store, LocalFileSystem) else _in_bucket(path, root)
    if found is None:
        raise NoSuchFileError(
            f"There is no file or folder {path!r}. Check the path, and the credentials if it is remote."
        )
    return sorted(found)


@contextmanager
def explained(path: str, said_by: str = "the path or URI") -> Iterator[None]:
    """Turns what a store answers into a StoreError that says which one, what it said and what to look at."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        raise StoreError(
            f"{path} cannot be read or written: {_in_one_line(error)} Check {said_by}, the store's own environment "
            "variables (AWS_..., GOOGLE_..., AZURE_...), and that it can be reached."
        ) from error


def _in_one_line(error: Exception) -> str:
    """What the store said, without colours, the reply's body and the client's own structures."""
    told = re.sub(r"\x1b\[[0-9;]*m|↳|<\?xml.*", "", str(error).partition("Debug source")[0], flags=re.DOTALL)
    return " ".join(told.split())


@cache
def _register(scheme: str) -> None:
    register(scheme)


def _in_folder(store: AbstractFileSystem, root: str) -> list[Found] | None:
    if not store.exists(root):
        return None
    if store.isfile(root):
        return [_local(root, root, store.info(root))]
    return [_local(name, root, info) for name, info in store.find(root, detail=True).items()]


def _local(name: str, root: str, info: dict[str, float]) -> Found:
    changed = datetime.fromtimestamp(info["mtime"], UTC)
    return Found(name, name.removeprefix(root).lstrip("/"), int(info["size"]), changed)


def _in_bucket(path: str, root: str) -> list[Found] | None:
    """One listing says size and time of every object: no request for each. Object stores have no empty folders."""
    bucket, _, key = root.partition("/")
    home = f"{path.partition('://')[0]}://{bucket}"
    store = from_url(home)
    metas = [meta for page in obstore.list(store, prefix=key or None) for meta in page]
    if not metas and key:
        with suppress(FileNotFoundError):
            metas = [obstore.head(store, key)]
    return [
        Found(
            f"{home}/{meta['path']}",
            meta["path"].removeprefix(key).lstrip("/"),
            meta["size"],
            meta["last_modified"],
        )
        for meta in metas
    ] or None
