"""What a late row can change: conversions whose attribution must be redone, with their date and user bucket.

Not here: redoing it. `user_bucket` (Int64, made at silver) is read from the conversions, never computed: a touch that
is linked by id may belong to another user, and so to another bucket, than the conversion that it changes.
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.candidates import candidates
from advertisex_assets.transforms.attribution.contract import Frame

AFFECTED_COLUMNS = ("event_date", "user_bucket", "conversion_id")


def affected_by_touches(late_touches: Frame, conversions: Frame) -> Frame:
    """What touches which came late, changed or were erased can change; `conversions` as stored, with user_bucket.

    Every conversion of which such a touch is a candidate: no other can change. Hand in the touch as it was and as it
    is when it changed. Returns distinct AFFECTED_COLUMNS.
    """
    reached = (
        candidates(late_touches, conversions).filter(~nw.col("touch_id").is_null()).select("conversion_id")
    )
    return _rows(conversions.join(reached.unique(), on="conversion_id", how="semi"))


def affected_by_conversions(late_conversions: Frame) -> Frame:
    """What conversions which came late, changed or were erased can change: their own."""
    return _rows(late_conversions)


def affected_by_adjustments(late_adjustments: Frame, conversions: Frame) -> Frame:
    """The conversions that late adjustments name."""
    return _rows(
        conversions.join(late_adjustments.select("conversion_id").unique(), on="conversion_id", how="semi")
    )


def reachable_conversions_us(
    first_touch_at: int, last_touch_at: int, longest_window_us: int
) -> tuple[int, int]:
    """First and last conversion time (us, both inclusive) that touches of this span can reach: prunes the scan."""
    return first_touch_at, last_touch_at + longest_window_us


def reaching_touches_us(
    first_conversion_at: int, last_conversion_at: int, longest_window_us: int
) -> tuple[int, int]:
    """First and last touch time (us, both inclusive) that can reach conversions of this span: prunes the scan."""
    return first_conversion_at - longest_window_us, last_conversion_at


def _rows(conversions: Frame) -> Frame:
    return conversions.select(*AFFECTED_COLUMNS).unique()
