"""What must never be found in `gold.attribution`: rows that break its invariants, for blocking checks.

Not here: running the checks. Each function returns what is wrong; empty means that the invariant holds.
"""

from collections.abc import Iterable

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import CREDIT_MICROS, Frame
from advertisex_assets.transforms.attribution.models import WEIGHTS
from advertisex_assets.transforms.attribution.weigh import model_names
from advertisex_assets.transforms.attribution.windows import in_window


def unbalanced(attribution: Frame, conversions: Frame, models: Iterable[str] = tuple(WEIGHTS)) -> Frame:
    """Pairs of conversion and model whose credit is not 1,000,000 or whose revenue is not the conversion's.

    A conversion that a model lacks, and one that should not be there, are found too. Returns conversion_id, model,
    credit_micros, revenue_micros (as found, 0 where nothing was), expected_revenue_micros (null where not expected).
    """
    found = attribution.group_by("conversion_id", "model").agg(
        nw.col("credit_micros").sum().cast(nw.Int64), nw.col("revenue_micros").sum().cast(nw.Int64)
    )
    expected = (
        conversions.join(model_names(conversions, models), how="cross")
        .with_columns(expected_revenue_micros=nw.col("revenue_micros").fill_null(0))
        .select("conversion_id", "model", "expected_revenue_micros")
    )
    key = ["conversion_id", "model"]
    extra = found.join(expected, on=key, how="anti").with_columns(
        expected_revenue_micros=nw.lit(None, nw.Int64)
    )
    compared = expected.join(found, on=key, how="left").with_columns(
        nw.col("credit_micros").fill_null(0), nw.col("revenue_micros").fill_null(0)
    )
    wrong = compared.filter(
        (nw.col("credit_micros") != CREDIT_MICROS)
        | (nw.col("revenue_micros") != nw.col("expected_revenue_micros"))
    )
    columns = (*key, "credit_micros", "revenue_micros", "expected_revenue_micros")
    return nw.concat([wrong.select(*columns), extra.select(*columns)], how="vertical")


def misplaced(attribution: Frame, touches: Frame, conversions: Frame) -> Frame:
    """Credited touches that are unknown, after their conversion or outside its window.

    Takes the frames that `candidates` documents. Returns conversion_id, touch_type, touch_id, distinct.
    """
    credited = attribution.filter(~nw.col("touch_id").is_null())
    rows = credited.select("conversion_id", "touch_type", "touch_id").unique()
    windows = conversions.select(
        "conversion_id", "click_window_us", "view_window_us", conversion_at=nw.col("event_at")
    )
    times = touches.select("touch_type", "touch_id", touch_at=nw.col("event_at"))
    allowed = (
        rows.join(windows, on="conversion_id", how="inner")
        .join(times, on=["touch_type", "touch_id"], how="inner")
        .filter(in_window())
    )
    return rows.join(allowed, on=["conversion_id", "touch_type", "touch_id"], how="anti")
