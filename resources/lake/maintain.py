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

WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=ROW_GROUP_ROWS)
"""Of tables that are not cut finely: as `encode` writes large files (decision 016)."""


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


def checkpoint(table: LakeTable) -> None:
    """Sums up the log, so that readers open one file instead of many commits."""
    table.delta.create_checkpoint()


def clean_log(table: LakeTable, keep: timedelta) -> None:
    """Removes commits that the newest checkpoint sums up and that are older than `keep`."""
    wanted = f"interval {keep // timedelta(seconds=1)} seconds"
    if table.delta.metadata().configuration.get(LOG_RETENTION) != wanted:
        try:
            table.delta.alter.set_table_properties({LOG_RETENTION: wanted})
        except CommitFailedError:
            # Somebody else has committed; the next upkeep tries again.
            return
    table.delta.cleanup_metadata()


def vacuum(table: LakeTable, keep: timedelta) -> Vacuumed:
    """Removes files that no version of the last `keep` needs, change feed and files of dead writers among them."""
    removed = _vacuum(table, keep)
    forget_filters(table)
    return removed


def _vacuum(table: LakeTable, keep: timedelta) -> Vacuumed:
    hours = -(-keep // timedelta(hours=1))
    options = {"retention_hours": hours, "enforce_retention_duration": False, "full": True}
    if not table.delta.vacuum(dry_run=True, **options):
        return Vacuumed(0, 0)
    removed = table.delta.vacuum(dry_run=False, **options)
    table.delta.update_incremental()
    started = next(one for one in table.delta.history(10) if one["operation"] == "VACUUM START")
    return Vacuumed(len(set(removed)), int(started["operationMetrics"]["sizeOfDataToDelete"]))
