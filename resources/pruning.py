"""Pruning: takes old runs, their events and old check executions out of Dagster's storage, on SQLite and PostgreSQL.

The latest state is never lost: the run of the latest materialization of every asset and partition, and the latest
execution of every check and partition, stay however old they are. Not here: ticks, which Dagster prunes by itself
(`retention` in dagster.yaml); the lake's own tables.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from dagster import (
    AssetKey,
    AssetRecordsFilter,
    DagsterEventType,
    DagsterInstance,
    DagsterRunStatus,
    RunsFilter,
)
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable as Executions
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]

MOST_RUNS = 5_000
"""At once: some milliseconds each; a neglected instance is pruned in several passes."""

IDS_AT_ONCE = 500
"""SQLite takes a thousand parameters in one statement."""


@dataclass(frozen=True)
class Pruned:
    """What a pass took out, and how many old runs it kept because they are the latest state of something."""

    runs: int
    kept_runs: int
    check_executions: int


def prune(instance: DagsterInstance, before: datetime) -> Pruned:
    """Deletes runs that ended before that moment and check executions of then, unless they are the latest state."""
    filters = RunsFilter(statuses=ENDED, updated_before=before)
    old = [run.run_id for run in instance.get_runs(filters, limit=MOST_RUNS)]
    needed = _latest_runs(instance) if old else set()
    for run_id in old:
        if run_id not in needed:
            _delete(instance, run_id)
    kept = len(needed.intersection(old))
    return Pruned(len(old) - kept, kept, _prune_checks(instance, before))


def _latest_runs(instance: DagsterInstance) -> set[str]:
    """The runs that materialized an asset or a partition last, or checked it last."""
    runs: set[str] = set()
    for key in instance.all_asset_keys():
        latest = instance.event_log_storage.get_latest_storage_id_by_partition(
            key, DagsterEventType.ASSET_MATERIALIZATION
        )
        event = instance.get_latest_materialization_event(key)
        runs |= {event.run_id} if event is not None else set()
        runs |= _runs_of(instance, key, latest.values())
    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage):
        with storage.index_connection() as connection:
            rows = connection.execute(sa.select(Executions.c.run_id).where(Executions.c.id.in_(_latest_checks())))
            runs |= {row[0] for row in rows}
    return runs


def _runs_of(instance: DagsterInstance, key: AssetKey, storage_ids: Iterable[int]) -> set[str]:
    found: set[str] = set()
    for some in _batches(storage_ids):
        records = instance.fetch_materializations(AssetRecordsFilter(key, storage_ids=some), limit=len(some)).records
        found |= {record.run_id for record in records}
    return found


def _prune_checks(instance: DagsterInstance, before: datetime) -> int:
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        return 0
    old = Executions.c.create_timestamp < before.replace(tzinfo=None)
    with storage.index_connection() as connection:
        # Read first: MySQL's and SQLite's planners dislike deleting from what a subquery reads.
        latest = {row[0] for row in connection.execute(_latest_checks())}
        ids = [row[0] for row in connection.execute(sa.select(Executions.c.id).where(old))]
        for some in _batches(one for one in ids if one not in latest):
            connection.execute(sa.delete(Executions).where(Executions.c.id.in_(some)))
    return len(set(ids) - latest)


def _latest_checks() -> "sa.Select[tuple[int]]":
    """The ids of the latest execution of every check and partition."""
    by = (Executions.c.asset_key, Executions.c.check_name, Executions.c.partition)
    return sa.select(sa.func.max(Executions.c.id)).group_by(*by)


def _delete(instance: DagsterInstance, run_id: str) -> None:
    instance.delete_run(run_id)
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        # SQLite keeps a file for each run, which deleting its events only empties.
        shard = Path(storage.path_for_shard(run_id))
        for path in (shard, *(shard.with_name(f"{shard.name}-{end}") for end in ("wal", "shm"))):
            with suppress(FileNotFoundError):
                path.unlink()


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while some := list(islice(rest, IDS_AT_ONCE)):
        yield some
