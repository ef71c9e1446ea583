"""Sketches: sets of users as a few kilobytes that can be merged over any days, campaigns or sites.

HyperLogLog of Apache DataSketches, whose bytes Java, C++, Spark, Druid and BigQuery read as well. Not here: which users
belong together (`reach`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from datasketches import hll_sketch, hll_union, tgt_hll_type

LG_K = 12
"""4,096 registers in 2 KB: the error below suits planning, and a year of campaign days stays under a megabyte each."""

STANDARD_ERROR = 0.0163
"""Relative, of merged sketches: 1.04 / sqrt(2**LG_K) (Flajolet et al. 2007); under some 200 users it is near zero."""

STANDARD_DEVIATIONS = 2
"""Of the bounds: the truth lies between them 95 times of 100."""


@dataclass(frozen=True)
class Reach:
    """How many different users a set of sketches holds, and the bounds of that."""

    users: float
    lower: float
    upper: float


def sketch_of(users: Iterable[str]) -> bytes:
    """The sketch of those users; the same bytes for the same users, whatever their order or repetition."""
    sketch = hll_sketch(LG_K, tgt_hll_type.HLL_4)
    # The estimator inside depends on the order of arrival.
    for user in sorted(set(users)):
        sketch.update(user)
    return bytes(sketch.serialize_compact())


def merged(sketches: Iterable[bytes]) -> bytes:
    """The sketch of all users that are in any of them."""
    return bytes(_union(sketches).get_result(tgt_hll_type.HLL_4).serialize_compact())


def reach_of(sketches: Iterable[bytes]) -> Reach:
    """How many different users are in the sketches together."""
    union = _union(sketches)
    return Reach(
        union.get_estimate(),
        union.get_lower_bound(STANDARD_DEVIATIONS),
        union.get_upper_bound(STANDARD_DEVIATIONS),
    )


def _union(sketches: Iterable[bytes]) -> hll_union:
    union = hll_union(LG_K)
    for sketch in sketches:
        union.update(hll_sketch.deserialize(sketch))
    return union
