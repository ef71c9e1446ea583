"""Competition: which candidates of one conversion remain, and their place among each other.

Not here: what a place is worth (`models`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import CLICK, DEFAULT_TOUCH_CAP, TOUCH_ORDER, Frame


def strongest_link(candidates: Frame) -> Frame:
    """Keep the candidates of each conversion that have its strongest link: a known link leaves no room for guesses."""
    strongest = nw.col("link").max().over("conversion_id")
    return candidates.filter(nw.col("link") == strongest)


def ranked(candidates: Frame, touch_cap: int = DEFAULT_TOUCH_CAP) -> Frame:
    """Rank the competing touches of each conversion in TOUCH_ORDER and cut them to the latest `touch_cap`.

    Adds `competes` (Boolean; the click-beats-view survivors inside the cap), `position` (Int64, 1 is the earliest
    that competes), `path_length` (Int64, how many compete), `is_latest` (Boolean; the latest touch of either type,
    which may be a view that does not compete) and `capped` (Boolean; the conversion had more than `touch_cap`).
    Rows that neither compete nor are the latest are dropped.
    """
    if touch_cap < 1:
        raise ValueError(f"touch_cap must be at least 1, not {touch_cap}")
    is_click = (nw.col("touch_type") == CLICK).cast(nw.Int64)
    frame = strongest_link(candidates).with_columns(
        rank=_rank("conversion_id"),
        size=nw.len().over("conversion_id").cast(nw.Int64),
        rank_of_type=_rank("conversion_id", "touch_type"),
        clicks=is_click.sum().over("conversion_id").cast(nw.Int64),
    )
    return _cut(frame, touch_cap)


def _rank(*partition: str) -> nw.Expr:
    """Ordinal place of a touch in TOUCH_ORDER, from 1, within the partition."""
    return nw.col("touch_at").cum_count().over(*partition, order_by=TOUCH_ORDER).cast(nw.Int64)


def _cut(frame: Frame, touch_cap: int) -> Frame:
    """Apply click-beats-view and the cap, with ranks that are arithmetic on the two windows already made."""
    clicks = nw.col("clicks")
    competing = nw.when(clicks > 0).then(clicks).otherwise(nw.col("size"))
    cut = nw.when(competing > touch_cap).then(competing - touch_cap).otherwise(nw.lit(0, nw.Int64))
    survives = ((nw.col("touch_type") == CLICK) | (clicks == 0)) & (nw.col("rank_of_type") > nw.col("cut"))
    return (
        frame.with_columns(cut=cut, path_length=competing - cut, capped=competing > touch_cap)
        .with_columns(
            competes=survives,
            position=nw.col("rank_of_type") - nw.col("cut"),
            is_latest=nw.col("rank") == nw.col("size"),
        )
        .filter(nw.col("competes") | nw.col("is_latest"))
        .drop("rank", "size", "rank_of_type", "clicks", "cut", "link")
    )
