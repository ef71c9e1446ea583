"""Floods: more clicks of one actor within a time than a person can make."""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.invalid_traffic.shared import Frame


def in_floods(rows: Frame, actor: str, most: int, window_us: int) -> Frame:
    """The rows that lie in any window of that length with more than `most` rows of their actor.

    A row starts a flood if the row `most` places later is still within the window; every row from a start to `most`
    places later is in it. So a row is in one if any of the last `most` + 1 rows starts one: a difference of two
    running sums, linear however large the flood.
    """
    order = ["event_at", "event_id"]
    later = nw.col("event_at").shift(-most).over(actor, order_by=order)
    known = _of_frequent(rows, [actor], most + 1).with_columns(later.alias("later_at"))
    starts = ((nw.col("later_at") - nw.col("event_at")) <= window_us).fill_null(False)
    counted = known.with_columns(nw.when(starts).then(1).otherwise(0).cast(nw.Int64).alias("starts"))
    summed = counted.with_columns(
        nw.col("starts").cum_sum().over(actor, order_by=order).cast(nw.Int64).alias("begun")
    )
    ended = nw.col("begun").shift(most + 1).over(actor, order_by=order).fill_null(0)
    return summed.with_columns(ended.alias("ended")).filter(nw.col("begun") > nw.col("ended"))


def repeated(rows: Frame, keys: list[str], window_us: int) -> Frame:
    """The rows that come at most so long after another one with the same keys; rows without a key are left out."""
    order = ["event_at", "event_id"]
    known = _of_frequent(rows, keys, 2)
    before = nw.col("event_at").shift(1).over(*keys, order_by=order)
    return known.with_columns(before.alias("before_at")).filter(
        nw.col("event_at") - nw.col("before_at") <= window_us
    )


def _of_frequent(rows: Frame, keys: list[str], fewest: int) -> Frame:
    """The rows whose keys, all filled, at least so many rows share: nearly all rows are ordered for nothing."""
    known = rows.filter(*(~nw.col(key).is_null() for key in keys))
    counts = known.group_by(*keys).agg(nw.len().cast(nw.Int64).alias("sharing"))
    return known.join(counts.filter(nw.col("sharing") >= fewest).select(*keys), on=keys, how="semi")
