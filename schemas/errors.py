"""Errors of the whole project: each says what happened, where, and what to do next."""

from collections.abc import Sequence
from datetime import date


class AdvertiseXError(Exception):
    """An error a user can act on; its message is one or two full sentences."""


class ContractError(AdvertiseXError):
    """A feed, table or rule was declared in a way that contradicts itself."""


class UnknownFeedError(AdvertiseXError):
    """A feed was named that no file in `schemas/feeds` declares."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"There is no feed {name!r}. Known feeds: {', '.join(known)}.")


class HeldBatchError(AdvertiseXError):
    """A blocking check refused a batch before its commit; nothing was written."""


class NotedHoldError(HeldBatchError):
    """Batches are held and noted in `ops.held`: nothing tries them again by itself."""


class IncompleteBronzeError(HeldBatchError):
    """Dates must be made anew, and retention has dropped some of their bronze rows."""

    def __init__(self, feed: str, dates: Sequence[date]) -> None:
        super().__init__(
            f"Silver of {feed} for {', '.join(map(str, dates))} cannot be made anew: retention has dropped bronze rows "
            "of these dates (ADVERTISEX_RETENTION_DAYS). What silver has of them stays as it is; landing the dropped "
            "files again with --as-new brings the rows back."
        )


class BadReferenceError(AdvertiseXError):
    """Reference data contradicts itself or cannot be read; nothing of it was loaded."""
