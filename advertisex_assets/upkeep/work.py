"""Work: the upkeep of one table: merge, forget what is past its retention, checkpoint, vacuum.

Every merge is a commit of its own: a process that dies has done what it has committed, and the next one goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import polars as pl

from advertisex_assets.upkeep.plan import Policy, is_due, merges, merges_of_dates, partitions
from advertisex_assets.upkeep.readers import SilverReader
from advertisex_assets.upkeep.retention import drop_expired
from resources.lake import CommitConflictError, Lake, LakeTable
from resources.lake.exchange import FILE_BYTES, merge_files
from resources.lake.live import LiveFile, live_files
from resources.lake.maintain import (
    checkpoint,
    clean_log,
    commits_since_checkpoint,
    declare_retention,
    optimise,
    vacuum,
)
from resources.lake.rewrite import rewrite
from resources.run import Run
from schemas.tables.table import Table

COMMITS_BETWEEN_CHECKPOINTS = 10
"""A reader opens so many commits one by one before upkeep writes a checkpoint; delta-rs itself does it every 100."""


@dataclass(frozen=True)
class Rules:
    """When files are merged, how long files and commits stay that nobody needs, and rows that are past their time."""

    keep: timedelta
    policy: Policy = field(default_factory=Policy)
    retention_days: dict[str, int] = field(default_factory=dict)
    time_travel: timedelta = timedelta.max

    @property
    def keep_commits(self) -> timedelta:
        """How long commits stay: not longer than files, since an older version would name files that are gone."""
        return min(self.keep, self.time_travel)

    def days_kept(self, table: Table) -> int | None:
        """After how many days rows of the table are dropped; None: never."""
        return self.retention_days.get(table.full_name, self.retention_days.get(table.layer))


@dataclass(frozen=True)
class Upkept:
    """What upkeep did to one table: files and bytes before and after, what it cost, what it left and why."""

    table: str
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    merged_bytes: int
    rows_dropped: int
    files_removed: int
    bytes_removed: int
    lost_races: int
    seconds: float
    waits_for: str | None


def upkept_frame(done: Sequence[Upkept]) -> pl.DataFrame:
    """One row per table."""
    return pl.DataFrame([vars(one) for one in done], infer_schema_length=None)


def upkeep_table(lake: Lake, table: Table, rules: Rules, run: Run, reader: SilverReader | None = None) -> Upkept:
    """Does what is due for one table; files and commits that its reader has yet to read stay."""
    begun = run.clock()
    waits_for = reader and reader.reason_to_wait(lake.open(table), begun, rules.keep)
    before = live_files(lake.open(table))
    dropped = drop_expired(lake, table, rules.days_kept(table), run)
    merged, lost = merge(lake, table, rules.policy, run)
    opened = lake.open(table)
    run.step(f"upkeep:vacuum:{table.name}")
    removed = (0, 0) if waits_for else vacuum(opened, rules.keep)
    if commits_since_checkpoint(opened) >= (1 if merged or dropped or removed[0] else COMMITS_BETWEEN_CHECKPOINTS):
        run.step(f"upkeep:checkpoint:{table.name}")
        says_so = declare_retention(opened, rules.keep, rules.keep_commits)
        checkpoint(opened)
        # Half of it: what is young enough now must still be when the log is cleaned.
        if says_so and not (reader and reader.needs_commits_before(opened, run.clock() - rules.keep_commits / 2)):
            clean_log(opened)
    after = live_files(lake.open(table))
    return Upkept(
        table=table.full_name,
        files_before=len(before),
        files_after=len(after),
        bytes_before=_bytes(before),
        bytes_after=_bytes(after),
        merged_bytes=merged,
        rows_dropped=dropped,
        files_removed=removed[0],
        bytes_removed=removed[1],
        lost_races=lost,
        seconds=(run.clock() - begun).total_seconds(),
        waits_for=waits_for,
    )


def merge(lake: Lake, table: Table, policy: Policy, run: Run) -> tuple[int, int]:
    """Merges every partition that is due; returns the bytes that were read, and how often another writer was first.

    A partition that others are writing is left for the next time.
    """
    read = lost = 0
    policy = _fitted(policy, table)
    work = _merge_appended if table.append_only else _merge_dates if table.dated_by else _optimise
    for files in partitions(live_files(lake.open(table))):
        try:
            read += work(lake.open(table), files, policy, run)
        except CommitConflictError:
            lost += 1
    return read, lost


def _fitted(policy: Policy, table: Table) -> Policy:
    """Of a table that is cut finely, merged files are no larger than its pieces, or than dates share."""
    if table.dated_by is not None:
        return replace(policy, target_bytes=min(policy.target_bytes, FILE_BYTES))
    if table.pieces is None:
        return policy
    return replace(policy, target_bytes=min(policy.target_bytes, table.pieces.file_bytes))


def _merge_appended(opened: LakeTable, files: Sequence[LiveFile], policy: Policy, run: Run) -> int:
    read = 0
    for group in merges(files, run.clock(), policy):
        run.step(f"upkeep:merge:{opened.table.name}")
        rewrite(opened, group, lambda rows: _sorted(opened.table, rows.collect()))
        read += _bytes(group)
    return read


def _merge_dates(opened: LakeTable, files: Sequence[LiveFile], policy: Policy, run: Run) -> int:
    read = 0
    for group in merges_of_dates(files, run.clock(), policy):
        run.step(f"upkeep:merge:{opened.table.name}")
        merge_files(opened, group)
        read += _bytes(group)
    return read


def _optimise(opened: LakeTable, files: Sequence[LiveFile], policy: Policy, run: Run) -> int:
    if not is_due(files, run.clock(), policy):
        return 0
    run.step(f"upkeep:merge:{opened.table.name}")
    optimise(opened, files[0], policy.target_bytes)
    return _bytes(files)


def _sorted(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort(table.sort_by, maintain_order=True) if table.sort_by else rows


def _bytes(files: Sequence[LiveFile]) -> int:
    return sum(file.size_bytes for file in files)
