"""Manifest: lists of a table's live files for warehouses that read Parquet but not the Delta log.

One list per partition, in the layout that Delta's own `GENERATE symlink_format_manifest` has. A list says what was live
when it was written; it does not follow the table.
"""

from dataclasses import dataclass

from resources.lake.table import LakeTable
from resources.stores import store_of

FOLDER = "_symlink_format_manifest"


@dataclass(frozen=True)
class Manifest:
    """Where a table's lists are, how many files they name, and of which table version."""

    table: str
    version: int
    files: int
    uri: str


def write_manifest(rows: LakeTable) -> Manifest:
    """Writes the lists of the handle's version, and removes those of partitions that are empty now."""
    rows.delta.generate()
    uri = f"{rows.delta.table_uri.removeprefix('file://').rstrip('/')}/{FOLDER}"
    _remove_stale(uri, {_partition(path) for path in rows.delta.file_uris()})
    return Manifest(rows.table.full_name, rows.version, len(rows.delta.file_uris()), uri)


def _remove_stale(uri: str, live: set[str]) -> None:
    store, root = store_of(uri)
    for path in store.find(root):
        if _partition(path) not in live:
            store.rm(path)


def _partition(path: str) -> str:
    """The folder that a file lies in, by its name alone."""
    return path.rsplit("/", 2)[-2] if "=" in path.rsplit("/", 2)[-2] else ""
