"""Marks: progress written in the same Delta commit as the rows that it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deltalake import CommitProperties, PostCommitHookProperties, Transaction

COMMIT_RETRIES = 100
"""Blind appends never truly conflict, yet 15 retries lost 2 of 600 with four writers: allow for dozens."""


AFTER_COMMIT = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)
"""A commit does not look for expired ones: delta-rs would list the whole log each time. Upkeep does (`maintain`)."""


@dataclass(frozen=True)
class Marks:
    """Transaction versions by application id, and notes for the history.

    A mark is an integer (a Kafka offset, a byte position, a bronze version, a fingerprint). Two commits that set the
    same mark from the same table version conflict: that is how racing writers are kept apart.
    """

    versions: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def commit_options(self, retries: int = COMMIT_RETRIES) -> dict[str, Any]:
        """The marks as delta-rs takes them; without retries nobody else may have committed before."""
        transactions = [Transaction(app_id, version) for app_id, version in self.versions.items()]
        properties = CommitProperties(
            app_transactions=transactions,
            custom_metadata=dict(self.notes),
            max_commit_retries=retries,
        )
        return {"commit_properties": properties, "post_commithook_properties": AFTER_COMMIT}
