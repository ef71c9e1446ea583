"""Python's cyclic garbage collector, kept from going over documents while they are made.

A batch of decoded documents is tens of thousands of new objects, all alive and none in a cycle: the collector wakes at
every few hundred of them, and finds nothing. That was 0.4 of the cost of nested JSON.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cycles are looked for inside; of threads that overlap, the one that paused it lets it go on."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
