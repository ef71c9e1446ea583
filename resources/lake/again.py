"""Again: commits of files of ours that were beaten by another writer, and are repeated while nothing of theirs changed.

delta-rs would repeat them by itself, but not notice that files which they remove are gone already.
"""

from collections.abc import Callable, Sequence

from deltalake.transaction import AddAction, RemoveAction

from resources.lake.marks import COMMIT_RETRIES, Marks
from resources.lake.table import CommitConflictError, LakeTable

Actions = Sequence[AddAction | RemoveAction]


def commit_while(
    is_unchanged: Callable[[], bool], table: LakeTable, actions: Callable[[], Actions], marks: Marks
) -> None:
    """Commits what `actions` gives for the version that the handle shows, and sets marks.

    CommitConflictError if another writer was first, and it is not unchanged in the version that they have left.
    """
    for _ in range(COMMIT_RETRIES):
        try:
            return table.commit_files(actions(), marks, retries=0)
        except CommitConflictError:
            table.renew()
            if not is_unchanged():
                raise
    raise CommitConflictError(f"{COMMIT_RETRIES} others were first to commit to {table.table.full_name}.")
