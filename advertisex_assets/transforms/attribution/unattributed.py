"""Conversions that a model gives to no touch: they stay, whole, as `unattributed`.

Not here: why there was no touch.
"""

from collections.abc import Iterable

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import (
    ATTRIBUTION_COLUMNS,
    CREDIT_MICROS,
    UNASSIGNED,
    UNATTRIBUTED,
)


def unattributed(conversions: nw.LazyFrame, attributed: nw.LazyFrame, models: Iterable[str]) -> nw.LazyFrame:
    """One row of the whole credit per conversion and model that `attributed` lacks, in ATTRIBUTION_COLUMNS."""
    credit = nw.lit(CREDIT_MICROS, nw.Int64)
    known = attributed.select("conversion_id", "model").unique()
    every = nw.concat([conversions.with_columns(model=nw.lit(model)) for model in models], how="vertical")
    missing = every.join(known, on=["conversion_id", "model"], how="anti")
    nothing = nw.lit(None, nw.String)
    unassigned = {name: nw.lit(UNASSIGNED) for name in ("campaign_id", "creative_id", "website")}
    return missing.select("event_date", "conversion_id", "model", "revenue_micros").with_columns(
        touch_id=nothing, touch_type=nw.lit(UNATTRIBUTED), credit_micros=credit, capped=nw.lit(False), **unassigned
    ).select(*ATTRIBUTION_COLUMNS)
