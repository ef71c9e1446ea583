"""All marks of a table at once: asking delta-rs for one takes milliseconds, and a year of dates asks thousands.

Reads the `txn` actions of the newest checkpoint and of the commits after it (Delta protocol, "Transaction
Identifiers"). Not here: setting marks (`marks`).
"""

import re

import polars as pl

from resources.stores import find

COMMIT_NAME_LENGTH = 25
"""`00000000000000000042.json`: twenty digits, as the protocol says."""

TRANSACTION = pl.Struct({"appId": pl.String, "version": pl.Int64})
COLUMNS = ("app_id", "mark", "commit")


CHECKPOINT_NAME = re.compile(r"(\d{20})\.checkpoint(?:\.\d{10}\.(\d{10}))?\.parquet")
"""Version, and the number of parts if it has several."""


class StaleHandleError(Exception):
    """The commits up to the version asked for are gone: the log begins at a newer checkpoint."""


def read_transactions(uri: str, version: int, storage_options: dict[str, str]) -> dict[str, int]:
    """The newest mark of every application id up to that table version; StaleHandleError if that is too old."""
    log = f"{uri.rstrip('/')}/_delta_log"
    checkpoint, parts_of_it = _pointer(uri, storage_options)
    if checkpoint is not None and checkpoint > version:
        checkpoint, parts_of_it = _older_checkpoint(uri, version)
    parts = [] if checkpoint is None else [_of_checkpoint(log, checkpoint, parts_of_it, storage_options)]
    first = 0 if checkpoint is None else checkpoint + 1
    if first <= version:
        commits = scan_commits(uri, range(first, version + 1), {"txn": TRANSACTION}, storage_options)
        parts.append(_as_columns(commits))
    newest = pl.concat(parts).sort("commit").group_by("app_id").agg(pl.col("mark").last())
    return dict(newest.collect().iter_rows())


def last_checkpoint(uri: str, storage_options: dict[str, str]) -> int | None:
    """The version of the newest checkpoint; None if there is none."""
    return _pointer(uri, storage_options)[0]


def _pointer(uri: str, storage_options: dict[str, str]) -> tuple[int | None, int | None]:
    """The version of the newest checkpoint and the number of its parts; None for a single one."""
    path = f"{uri.rstrip('/')}/_delta_log/_last_checkpoint"
    schema = {"version": pl.Int64, "parts": pl.Int64}
    try:
        return pl.scan_ndjson(path, schema=schema, storage_options=storage_options).collect().row(0)
    except FileNotFoundError:
        return None, None


def _older_checkpoint(uri: str, version: int) -> tuple[int | None, int | None]:
    """As `_pointer`, of the newest one up to that version: somebody has written a newer one since it was opened."""
    names = {found.below.rpartition("/")[2] for found in find(f"{uri.rstrip('/')}/_delta_log")}
    found = [match for match in map(CHECKPOINT_NAME.fullmatch, names) if match and int(match[1]) <= version]
    newest = max(found, key=lambda match: int(match[1]), default=None)
    checkpoint = None if newest is None else int(newest[1])
    commits = range(0 if checkpoint is None else checkpoint + 1, version + 1)
    if not names.issuperset(f"{commit:020d}.json" for commit in commits):
        raise StaleHandleError(f"The log of {uri} no longer tells what version {version} was made of.")
    return checkpoint, None if newest is None or newest[2] is None else int(newest[2])


def _of_checkpoint(log: str, version: int, parts: int | None, storage_options: dict[str, str]) -> pl.LazyFrame:
    # Other writers make them in parts; a star would have the whole log listed.
    names = [f".{number:010d}.{parts:010d}" for number in range(1, parts + 1)] if parts else [""]
    files = [f"{log}/{version:020d}.checkpoint{name}.parquet" for name in names]
    rows = pl.scan_parquet(files, storage_options=storage_options)
    return _as_columns(rows.with_columns(pl.lit(version, pl.Int64).alias("commit")))


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


def _as_columns(rows: pl.LazyFrame) -> pl.LazyFrame:
    transaction = pl.col("txn").struct
    return rows.select(
        transaction.field("appId").alias("app_id"), transaction.field("version").alias("mark"), "commit"
    ).filter(pl.col("app_id").is_not_null())
