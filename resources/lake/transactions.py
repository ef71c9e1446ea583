"""All marks of a table at once: asking delta-rs for one takes milliseconds, and a year of dates asks thousands.

Reads the `txn` actions of the newest checkpoint and of the commits after it (Delta protocol, "Transaction
Identifiers"). Not here: setting marks (`marks`).
"""

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import url2pathname

import polars as pl

from resources.stores import find

COMMIT_NAME_LENGTH = 25
"""`00000000000000000042.json`: twenty digits, as the protocol says."""

FILE = "file://"
TRANSACTION = pl.Struct({"appId": pl.String, "version": pl.Int64})


CHECKPOINT_NAME = re.compile(r"(\d{20})\.checkpoint(?:\.\d{10}\.(\d{10}))?\.parquet")
"""Version, and the number of parts if it has several."""


class Checkpoint(NamedTuple):
    """A sum of the log up to a version; `parts` is None for a single file."""

    version: int
    parts: int | None


class StaleHandleError(Exception):
    """The commits up to the version asked for are gone: the log begins at a newer checkpoint."""


def read_transactions(uri: str, version: int, storage_options: dict[str, str]) -> dict[str, int]:
    """The newest mark of every application id up to that table version; StaleHandleError if that is too old."""
    log = f"{uri.rstrip('/')}/_delta_log"
    checkpoint = _newest_checkpoint(uri, storage_options)
    if checkpoint is not None and checkpoint.version > version:
        checkpoint = _older_checkpoint(uri, version)
    marks = {} if checkpoint is None else _of_checkpoint(log, checkpoint, storage_options)
    commits = range(_first_commit_after(checkpoint), version + 1)
    for _, action in read_actions(uri, commits, {"txn": TRANSACTION}, storage_options):
        marks[action["appId"]] = action["version"]
    return marks


def last_checkpoint(uri: str, storage_options: dict[str, str]) -> int | None:
    """The version of the newest checkpoint; None if there is none."""
    checkpoint = _newest_checkpoint(uri, storage_options)
    return None if checkpoint is None else checkpoint.version


def _newest_checkpoint(uri: str, storage_options: dict[str, str]) -> Checkpoint | None:
    """The one that the log points to."""
    path = f"{uri.rstrip('/')}/_delta_log/_last_checkpoint"
    schema = {"version": pl.Int64, "parts": pl.Int64}
    try:
        return Checkpoint(*pl.scan_ndjson(path, schema=schema, storage_options=storage_options).collect().row(0))
    except FileNotFoundError:
        return None


def _older_checkpoint(uri: str, version: int) -> Checkpoint | None:
    """The newest one up to that version: somebody has written a newer one since the table was opened."""
    names = {found.below.rpartition("/")[2] for found in find(f"{uri.rstrip('/')}/_delta_log")}
    matches = filter(None, map(CHECKPOINT_NAME.fullmatch, names))
    checkpoints = (Checkpoint(int(match[1]), int(match[2]) if match[2] else None) for match in matches)
    newest = max((one for one in checkpoints if one.version <= version), key=lambda one: one.version, default=None)
    commits = range(_first_commit_after(newest), version + 1)
    if not names.issuperset(f"{commit:020d}.json" for commit in commits):
        raise StaleHandleError(f"The log of {uri} no longer tells what version {version} was made of.")
    return newest


def _first_commit_after(checkpoint: Checkpoint | None) -> int:
    return 0 if checkpoint is None else checkpoint.version + 1


def _of_checkpoint(log: str, checkpoint: Checkpoint, storage_options: dict[str, str]) -> dict[str, int]:
    version, parts = checkpoint
    # Other writers make them in parts; a star would have the whole log listed.
    names = [f".{number:010d}.{parts:010d}" for number in range(1, parts + 1)] if parts else [""]
    files = [f"{log}/{version:020d}.checkpoint{name}.parquet" for name in names]
    transaction = pl.scan_parquet(files, storage_options=storage_options).select(pl.col("txn").struct.unnest())
    return dict(transaction.select("appId", "version").drop_nulls("appId").collect().iter_rows())


def read_actions(
    uri: str, versions: range, kinds: dict[str, pl.DataType], storage_options: dict[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The actions of those kinds in a table's commits, each with its kind, in the order of the commits.

    A folder's commits are small files, which are read here in a tenth of the time that a plan takes.
    """
    if uri.startswith(FILE) or "://" not in uri:
        folder = url2pathname(uri.removeprefix(FILE)) if uri.startswith(FILE) else uri
        yield from _actions_in(Path(folder, "_delta_log"), versions, kinds)
    elif versions:
        for row in scan_commits(uri, versions, kinds, storage_options).sort("commit").collect().iter_rows(named=True):
            yield from ((kind, row[kind]) for kind in kinds if any((row[kind] or {}).values()))


def _actions_in(log: Path, versions: range, kinds: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    names = [f'"{kind}"'.encode() for kind in kinds]
    for version in versions:
        with Path(log, f"{version:020d}.json").open("rb") as lines:
            for line in lines:
                if any(name in line for name in names):
                    action = json.loads(line)
                    yield from ((kind, action[kind]) for kind in kinds if kind in action)


def scan_commits(
    uri: str, versions: range, actions: dict[str, pl.DataType], storage_options: dict[str, str]
) -> pl.LazyFrame:
    """The actions of those kinds in a table's commits, one a row and the others null, with `commit`, the version."""
    rows = pl.scan_ndjson(
        [f"{uri.rstrip('/')}/_delta_log/{version:020d}.json" for version in versions],
        schema=actions,
        include_file_paths="path",
        storage_options=storage_options,
    )
    name = pl.col("path").str.tail(COMMIT_NAME_LENGTH)
    return rows.select(*actions, name.str.head(20).cast(pl.Int64).alias("commit"))
