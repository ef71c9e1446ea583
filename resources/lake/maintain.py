"""Maintain: what delta-rs does to keep a table small and quick to open: optimise, checkpoint, clean the log, vacuum.

Not here: rewriting files of append-only tables (`rewrite`), when any of it is due (`advertisex_assets.upkeep`).
"""

from datetime import timedelta
from typing import Any, NamedTuple

from deltalake import WriterProperties
from deltalake.exceptions import CommitFailedError

from resources.lake.encode import ROW_GROUP_ROWS, cut
from resources.lake.key_filters import forget_filters
from resources.lake.live import LiveFile
from resources.lake.marks import AFTER_COMMIT
from resources.lake.table import LakeTable
from resources.lake.transactions import last_checkpoint

SPILL_BYTES = 256 << 20
"""Memory of one optimisation; what does not fit is sorted on disk."""

LOG_RETENTION = "delta.logRetentionDuration"
"""Delta's own property (30 days without it). Every opening lists the commits that are left, however small the table."""

FILE_RETENTION = "delta.deletedFileRetentionDuration"
"""Delta's own property (7 days without it): how long checkpoints say that a file was removed. A vacuum knows by that
alone how long ago it was; of a file that no checkpoint names it knows only when it was written."""

LOG_CLEANUP = "delta.enableExpiredLogCleanup"
"""Delta's own property. Off: the commits of a vacuum, which take no `AFTER_COMMIT` (tried), would remove what
silver has yet to pass. `clean_log` does it whatever the property says."""

WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=ROW_GROUP_ROWS)
"""Of tables that are not cut finely: as `encode` writes large files (decision 016)."""

HOUR = timedelta(hours=1)


class Vacuumed(NamedTuple):
    """What a vacuum removed."""

    files: int
    size_bytes: int


def optimise(table: LakeTable, partition: LiveFile, target_bytes: int) -> None:
    """Merges the files of one partition, sorted as the table declares; one commit that changes no data.

    CommitConflictError if another writer removed one of them meanwhile; nothing has changed then.
    """
    where = [(name, "=", value) for name, value in partition.partition]
    options: dict[str, Any] = {
        "target_size": target_bytes,
        "max_concurrent_tasks": 1,
        "max_spill_size": SPILL_BYTES,
        "writer_properties": cut(table.table).get("writer_properties", WRITER),
        "post_commithook_properties": AFTER_COMMIT,
    }
    try:
        if table.table.sort_by:
            table.delta.optimize.z_order(table.table.sort_by, partition_filters=where or None, **options)
        else:
            table.delta.optimize.compact(partition_filters=where or None, **options)
    except CommitFailedError as error:
        raise table.conflict(error) from error


def commits_since_checkpoint(table: LakeTable) -> int:
    """How many commits a reader has to open one by one."""
    last = last_checkpoint(table.delta.table_uri, table.storage_options)
    return table.version - (-1 if last is None else last)


def declare_retention(table: LakeTable, files: timedelta, commits: timedelta) -> bool:
    """Has the table say how long files and commits stay that it no longer needs; whether it says so now."""
    wanted = {
        FILE_RETENTION: _interval(_whole_hours(files)),
        LOG_RETENTION: _interval(commits),
        LOG_CLEANUP: "false",
    }
    if wanted.items() <= table.delta.metadata().configuration.items():
        return True
    try:
        table.delta.alter.set_table_properties(wanted, post_commithook_properties=AFTER_COMMIT)
    except CommitFailedError:
        # Somebody else has committed; the next upkeep tries again.
        return False
    return True


def checkpoint(table: LakeTable) -> None:
    """Sums up the log, so that readers open one file instead of many commits."""
    table.delta.create_checkpoint()


def clean_log(table: LakeTable) -> None:
    """Removes commits that the newest checkpoint sums up and that are older than the table says."""
    table.delta.cleanup_metadata()


def vacuum(table: LakeTable, keep: timedelta) -> Vacuumed:
    """Removes files that no version of the last `keep` needs, change feed and files of dead writers among them."""
    removed = _vacuum(table, keep)
    forget_filters(table)
    return removed


def _vacuum(table: LakeTable, keep: timedelta) -> Vacuumed:
    options = {"retention_hours": _whole_hours(keep) // HOUR, "enforce_retention_duration": False, "full": True}
    if not table.delta.vacuum(dry_run=True, **options):
        return Vacuumed(0, 0)
    removed = table.delta.vacuum(dry_run=False, **options)
    table.delta.update_incremental()
    started = next(one for one in table.delta.history(10) if one["operation"] == "VACUUM START")
    return Vacuumed(len(set(removed)), int(started["operationMetrics"]["sizeOfDataToDelete"]))


def _whole_hours(keep: timedelta) -> timedelta:
    """What a vacuum is told: it knows no less than hours."""
    return -(-keep // HOUR) * HOUR


def _interval(keep: timedelta) -> str:
    return f"interval {keep // timedelta(seconds=1)} seconds"
