"""Plan: which files of a table to merge; pure.

A partition is closed when its day is over, or when nothing has been written to it for a while: then it is merged whole.
In an open one only cold files are merged, and only many of about one size: so that a byte is rewritten once for each
size that it passes through, however many commits there are. Where files hold many dates, closed dates are merged, and
their files are small enough to be written again for each day that is added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from resources.lake.live import LiveFile

TARGET_BYTES = 64 << 20
"""A merged file: a few hundred MB in memory while it is sorted, and large enough that opening it costs nothing."""

MOST_FILES = 1.5
"""A closed partition may have so many times the files that it needs before it is merged again."""

FAN_IN = 16
"""Files of about one size that are merged in an open partition."""

STEP = 8
"""Files within this factor are of about one size."""


@dataclass(frozen=True)
class Policy:
    """When files count as cold, and how large merged ones get."""

    cold_after: timedelta = timedelta(minutes=15)
    target_bytes: int = TARGET_BYTES


def partitions(files: Iterable[LiveFile]) -> list[list[LiveFile]]:
    """The files of each partition, in order."""
    ordered = sorted(files, key=lambda file: (repr(file.partition), file.written_at, file.path))
    return [list(part) for _, part in groupby(ordered, key=lambda file: file.partition)]


def is_closed(files: Sequence[LiveFile], now: datetime, policy: Policy) -> bool:
    """Whether a partition's day is over, or nothing was written to it lately."""
    day = files[0].day
    if day is not None and day < now.date():
        return True
    return all(_is_cold(file, now, policy) for file in files)


def needed_files(files: Sequence[LiveFile], policy: Policy) -> int:
    """How many files one bulk load would make of a partition."""
    return max(1, -(-sum(file.size_bytes for file in files) // policy.target_bytes))


def is_scattered(files: Sequence[LiveFile], policy: Policy) -> bool:
    """Whether a partition has more files than it may."""
    return len(files) > MOST_FILES * needed_files(files, policy)


def merges(files: Sequence[LiveFile], now: datetime, policy: Policy) -> list[list[LiveFile]]:
    """Groups of files of one partition of an append-only table, each to become one file."""
    if is_closed(files, now, policy):
        return _bins(files, policy) if is_scattered(files, policy) else []
    cold = sorted((file for file in files if _is_cold(file, now, policy)), key=_tier)
    tiers = [list(tier) for _, tier in groupby(cold, key=_tier)]
    return [group for tier in tiers if len(tier) >= FAN_IN for group in _bins(tier, policy)]


def is_due(files: Sequence[LiveFile], now: datetime, policy: Policy) -> bool:
    """Whether a partition of another table should be optimised, which always takes all of its small files."""
    if is_closed(files, now, policy):
        return is_scattered(files, policy)
    small = [file for file in files if file.size_bytes * STEP < policy.target_bytes]
    return len(small) >= FAN_IN * STEP and is_scattered(files, policy)


def merges_of_dates(files: Sequence[LiveFile], now: datetime, policy: Policy) -> list[list[LiveFile]]:
    """Groups of files of a table whose files hold many dates, each to become one file: those of closed dates alone, in
    order of dates, so that bounds stay narrow."""
    spans = [(file.span, file) for file in files if file.span is not None]
    closed = [(span, file.path, file) for span, file in spans if span[1] < now.date()]
    return _cut([file for *_, file in sorted(closed, key=lambda one: one[:2])], policy)


def _is_cold(file: LiveFile, now: datetime, policy: Policy) -> bool:
    return file.written_at <= now - policy.cold_after


def _tier(file: LiveFile) -> int:
    tier, size = 0, file.size_bytes
    while size >= STEP:
        tier, size = tier + 1, size // STEP
    return tier


def _bins(files: Sequence[LiveFile], policy: Policy) -> list[list[LiveFile]]:
    """The files, oldest first, as `_cut`."""
    return _cut(sorted(files, key=lambda file: (file.written_at, file.path)), policy)


def _cut(files: Sequence[LiveFile], policy: Policy) -> list[list[LiveFile]]:
    """The files in order, cut so that no part is larger than the target; parts of one file are left as they are."""
    groups: list[list[LiveFile]] = [[]]
    size = 0
    for file in files:
        if groups[-1] and size + file.size_bytes > policy.target_bytes:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file.size_bytes
    return [group for group in groups if len(group) > 1]
