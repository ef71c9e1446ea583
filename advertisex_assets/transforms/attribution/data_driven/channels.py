"""Channels as small numbers: the largest by touches keep their name, the rest are `(other)`.

Not here: what is counted over the coded steps (`transitions`, `coalitions`).
"""

import narwhals.stable.v2 as nw

from advertisex_assets.transforms.attribution.contract import Frame

LARGEST_CHANNELS = 50
"""Named channels; with `(other)` 51, so that a code fits 6 bits and a set of channels one Int64."""

OTHER = "(other)"


def channel_codes(steps: Frame, largest: int = LARGEST_CHANNELS) -> Frame:
    """Channels of `journey_steps` with their `code` (Int64): 0 the most touched, ties by name; `largest` is (other).

    Returns channel, touches (Int64), code: one row per channel, several sharing the last code.
    """
    if not 1 <= largest <= LARGEST_CHANNELS:
        raise ValueError(f"largest must be from 1 to {LARGEST_CHANNELS}, not {largest}")
    touches = steps.group_by("channel").agg(nw.len().cast(nw.Int64).alias("touches"))
    # Ascending order is the only one every engine's window takes.
    ranked = touches.with_columns(descending=nw.col("touches") * -1).with_columns(
        rank=nw.col("touches").cum_count().over(order_by=("descending", "channel")).cast(nw.Int64)
    )
    code = nw.when(nw.col("rank") > largest).then(nw.lit(largest, nw.Int64)).otherwise(nw.col("rank") - 1)
    return ranked.with_columns(code=code).select("channel", "touches", "code")


def coded_steps(steps: Frame, codes: Frame) -> Frame:
    """Steps with `code` in place of `channel`."""
    return steps.join(codes.select("channel", "code"), on="channel", how="inner").drop("channel")
