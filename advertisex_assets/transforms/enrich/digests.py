"""Digests of reference rows by day: what a date's enrichment depends on, so that a correction marks just its dates."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import accumulate

import polars as pl
import xxhash

from advertisex_assets.transforms.enrich.validity import FOR_EVER_US, SINCE_EVER_US

DAY_US = 86_400 * 1_000_000
MODULUS = 2**128
"""Sums of 128-bit hashes, modulo their size: equal for equal sets of rows, whatever their order."""

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

Piece = tuple[int, int, int]
"""First day, last day (days since 1970, inclusive) and the hash of what holds on them."""


class DayDigests:
    """For every day a digest of the intervals that hold on it; building is linear, asking is a binary search.

    An interval counts by what it says and, only on the days where it begins or ends, by that instant: to close a row
    today changes no digest of yesterday.
    """

    def __init__(self, held: pl.DataFrame) -> None:
        """`held`: the key, values, `from_us`, `to_us` (see `validity.intervals`)."""
        changes: defaultdict[int, int] = defaultdict(int)
        for first, last, digest in _pieces(held):
            changes[first] += digest
            changes[last + 1] -= digest
        self._days = sorted(changes)
        self._sums = list(accumulate((changes[day] for day in self._days), lambda a, b: (a + b) % MODULUS))

    def on(self, day: date) -> int:
        """The digest of one UTC day; 0 where nothing holds."""
        place = bisect_right(self._days, day.toordinal() - EPOCH_ORDINAL)
        return self._sums[place - 1] % MODULUS if place else 0


def _pieces(held: pl.DataFrame) -> Iterator[Piece]:
    says = [name for name in held.columns if name not in ("from_us", "to_us")]
    texts = held.select(pl.concat_str([_distinct(name) for name in says], separator="\x1f")).to_series()
    for text, from_us, to_us in zip(texts, held["from_us"], held["to_us"], strict=True):
        yield from _pieces_of(text, from_us, to_us)


def _distinct(name: str) -> pl.Expr:
    """Null and the empty text must not look alike."""
    return pl.when(pl.col(name).is_null()).then(pl.lit("0")).otherwise("1" + pl.col(name).cast(pl.String))


def _pieces_of(text: str, from_us: int, to_us: int) -> Iterable[Piece]:
    """The whole days of an interval, and the days that it covers in part."""
    first, last = from_us // DAY_US, (to_us - 1) // DAY_US
    begins = from_us if from_us % DAY_US and from_us != SINCE_EVER_US else None
    ends = to_us if to_us % DAY_US and to_us != FOR_EVER_US else None
    if first == last:
        return [(first, last, _digest(text, begins, ends))]
    pieces = []
    if begins is not None:
        pieces.append((first, first, _digest(text, begins, None)))
        first += 1
    if ends is not None:
        pieces.append((last, last, _digest(text, None, ends)))
        last -= 1
    return [*pieces, (first, last, _digest(text, None, None))] if first <= last else pieces


def _digest(text: str, begins_us: int | None, ends_us: int | None) -> int:
    return xxhash.xxh3_128_intdigest(f"{text}\x1e{begins_us}\x1e{ends_us}".encode())
