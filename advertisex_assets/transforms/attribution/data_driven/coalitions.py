"""Coalition counts: how many journeys used exactly each set of channels, and how many of them converted.

Not here: what follows from them (`shapley`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame
from advertisex_assets.transforms.attribution.data_driven.channels import LARGEST_CHANNELS


def coalitions(coded: Frame) -> Frame:
    """Journeys per set of channels: `channels` (Int64, bit `code` set), journeys, conversions (Int64)."""
    codes = list(range(LARGEST_CHANNELS + 1))
    bit = nw.col("code").replace_strict(codes, [2**code for code in codes], default=0, return_dtype=nw.Int64)
    sets = (
        coded.select("journey_id", "converted", "code")
        .unique()
        .with_columns(bit=bit)
        .group_by("journey_id", "converted")
        .agg(nw.col("bit").sum().cast(nw.Int64).alias("channels"))
    )
    return sets.group_by("channels").agg(
        nw.len().cast(nw.Int64).alias("journeys"),
        nw.col("converted").sum().cast(nw.Int64).alias("conversions"),
    )
