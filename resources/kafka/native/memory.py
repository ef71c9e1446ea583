"""Memory that is used again: what a system charges for fresh pages is more than copying messages into them costs."""

import weakref
from collections import defaultdict
from functools import cache

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


class Memory:
    """Lends arrays of bytes; one comes back by itself when nothing shows it any more, frames included."""

    def __init__(self) -> None:
        self._free: defaultdict[int, list[Bytes]] = defaultdict(list)

    def lend(self, size_bytes: int) -> Bytes:
        """An array of that size, whatever is in it."""
        free = self._free[size_bytes]
        kept = free.pop() if free else np.empty(size_bytes, np.uint8)
        # A view dies with its last user, and is told apart from what it shows.
        lent = kept[:]
        weakref.finalize(lent, free.append, kept).atexit = False
        return lent


@cache
def memory() -> Memory:
    """This process's; it stays as large as the largest commit that was read."""
    return Memory()
